using Microsoft.Extensions.Logging.Abstractions;

namespace Balie.Kernel.Tests.Data;

/// <summary>What is kept in memory is read once, and never older than what somebody said about it.</summary>
public sealed class RememberedTests : IClassFixture<ModuleApp<ProbeModule>>, IAsyncDisposable
{
    private const string Channel = "probe_memory";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ModuleApp<ProbeModule> _app;
    private readonly Signals _signals;
    private readonly Watch _watch = new();
    private readonly Queue<TaskCompletionSource<string?>> _answers = new();
    private readonly Remembered<int, string?> _memory;
    private readonly List<int> _reads = [];

    public RememberedTests(ModuleApp<ProbeModule> app)
    {
        _app = app;
        _signals = new Signals(app.Databases, TimeProvider.System, NullLogger<Signals>.Instance);
        _memory = new(_signals, _watch, Channel, int.TryParse, Read) { MostEntries = 3 };
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _signals.StopAsync(CancellationToken.None);
        _signals.Dispose();
    }

    [Fact]
    public async Task Many_who_ask_at_the_same_moment_wait_for_one_read()
    {
        var answer = Later();
        var askers = Enumerable.Range(0, 100).Select(_ => Task.Run(() => _memory.Of(1, Ct).AsTask(), Ct)).ToArray();
        await Until(() => _reads.Count > 0);

        answer.SetResult("read");

        Assert.All(await Task.WhenAll(askers), one => Assert.Equal("read", one));
        Assert.Equal("read", await _memory.Of(1, Ct));
        Assert.Equal([1], _reads);
    }

    [Fact]
    public async Task Who_goes_away_takes_the_read_from_nobody_else()
    {
        var answer = Later();
        using var gone = new CancellationTokenSource();
        var first = _memory.Of(1, gone.Token).AsTask();
        var second = _memory.Of(1, Ct).AsTask();

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        answer.SetResult("read");

        Assert.Equal("read", await second);
        Assert.Equal("read", await _memory.Of(1, Ct));
        Assert.Equal([1], _reads);
    }

    [Fact]
    public async Task What_is_forgotten_while_it_is_being_read_answers_who_asked_before_and_is_not_kept()
    {
        var before = Later();
        var asked = _memory.Of(1, Ct).AsTask();
        _memory.Forget(1);
        before.SetResult("before");
        Assert.Equal("before", await asked);

        Next("after");

        Assert.Equal("after", await _memory.Of(1, Ct));
    }

    [Fact]
    public async Task Who_asks_after_it_was_forgotten_does_not_wait_for_the_read_of_before()
    {
        var before = Later();
        var asked = _memory.Of(1, Ct).AsTask();
        _memory.ForgetAll();
        Next("after");

        Assert.Equal("after", await _memory.Of(1, Ct).AsTask().WaitAsync(Patience, Ct));

        // The one that comes last is not what counts.
        before.SetResult("before");
        Assert.Equal("before", await asked);
        Assert.Equal("after", await _memory.Of(1, Ct));
    }

    [Fact]
    public async Task A_read_that_failed_fails_all_who_waited_and_is_not_kept()
    {
        var answer = Later();
        Task[] askers = [_memory.Of(1, Ct).AsTask(), _memory.Of(1, Ct).AsTask()];
        answer.SetException(new TimeoutException("as asked"));
        foreach (var asker in askers) await Assert.ThrowsAsync<TimeoutException>(() => asker);

        Next("read");

        Assert.Equal("read", await _memory.Of(1, Ct));
        Assert.Equal([1, 1], _reads);
    }

    [Fact]
    public async Task A_read_that_fails_late_leaves_what_was_read_after_it()
    {
        var before = Later();
        var asked = _memory.Of(1, Ct).AsTask();
        _memory.Forget(1);
        Next("after");
        await _memory.Of(1, Ct).AsTask().WaitAsync(Patience, Ct);

        before.SetException(new TimeoutException("as asked"));
        await Assert.ThrowsAsync<TimeoutException>(() => asked);

        Assert.Equal("after", await _memory.Of(1, Ct));
        Assert.Equal([1, 1], _reads);
    }

    [Fact]
    public async Task What_was_not_there_is_looked_for_again()
    {
        Next(null);
        Assert.Null(await _memory.Of(1, Ct));
        Next("made");

        Assert.Equal("made", await _memory.Of(1, Ct));
    }

    [Fact]
    public async Task A_signal_forgets_what_it_names_and_all_when_it_names_nothing()
    {
        await Listen();
        await Know(1, "one");
        await Know(2, "two");

        Next("one, changed");
        await Say("1");
        await Until(async () => await _memory.Of(1, Ct) == "one, changed");
        Assert.Equal("two", await _memory.Of(2, Ct));

        Next("two, changed");
        await Say("");
        await Until(async () => await _memory.Of(2, Ct) == "two, changed");
    }

    [Fact]
    public async Task Whatever_may_have_been_said_while_nobody_listened_was_said()
    {
        await Listen();
        await Know(1, "before");
        await _signals.StopAsync(Ct);
        await Say("1");
        Assert.Equal("before", await _memory.Of(1, Ct));

        await Listen();

        Next("after");
        Assert.Equal("after", await _memory.Of(1, Ct));
    }

    [Fact]
    public async Task What_is_old_is_read_again_and_sooner_while_nobody_listens()
    {
        await Know(1, "first");
        _watch.Passed = TimeSpan.FromSeconds(0.9);
        Assert.Equal("first", await _memory.Of(1, Ct));
        _watch.Passed = TimeSpan.FromSeconds(1);
        await Know(1, "second");

        await Listen();
        await Know(1, "third");
        _watch.Passed += TimeSpan.FromSeconds(299);
        Assert.Equal("third", await _memory.Of(1, Ct));
        _watch.Passed += TimeSpan.FromSeconds(1);
        await Know(1, "fourth");
    }

    [Fact]
    public async Task Who_misses_something_is_shown_what_was_read_a_moment_ago_or_reads_again()
    {
        await Know(1, "first");

        Assert.Equal("first", await _memory.Of(1, TimeSpan.FromMilliseconds(1), Ct));
        Next("second");
        Assert.Equal("second", await _memory.Of(1, TimeSpan.Zero, Ct));
    }

    [Fact]
    public async Task Memory_has_an_end()
    {
        foreach (var key in (int[])[1, 2, 3]) await Know(key, $"{key}");
        Assert.Equal("1", await _memory.Of(1, Ct));

        await Know(4, "4");

        await Know(1, "1, again");
    }

    private Task<string?> Read(int key)
    {
        lock (_reads)
        {
            _reads.Add(key);
            return _answers.Dequeue().Task;
        }
    }

    // Answers the next read when the test says so.
    private TaskCompletionSource<string?> Later()
    {
        var answer = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers.Enqueue(answer);
        return answer;
    }

    private void Next(string? value) => Later().SetResult(value);

    // Reads it, because it was not known.
    private async Task Know(int key, string value)
    {
        Next(value);
        Assert.Equal(value, await _memory.Of(key, Ct));
    }

    private Task<int> Say(string payload) => _app.Db.Run(Signals.Send, new { channel = Channel, payload }, Ct);

    private async Task Listen()
    {
        await _signals.StartAsync(Ct);
        await Until(() => _signals.Listening);
    }

    private static Task Until(Func<bool> isSo) => Until(() => Task.FromResult(isSo()));

    private static async Task Until(Func<Task<bool>> isSo)
    {
        for (var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds; !await isSo(); await Task.Delay(10, Ct))
            Assert.True(Environment.TickCount64 < end, "It never became so.");
    }

    private sealed class Watch : TimeProvider
    {
        public TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
