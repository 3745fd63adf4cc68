using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Identity;

namespace Balie.Identity.Passwords;

/// <summary>
/// Passwords as PBKDF2 with SHA-512, one at a time on one thread of low priority: a hash costs a fifth of a second of a processor, and a
/// flood of logins must not touch bookings. Whoever comes when the queue is full is sent away at once.
/// </summary>
internal sealed class Hashing : IDisposable
{
    private const int LongestQueue = 32;
    private const int LowPriority = 15;

    private readonly BlockingCollection<Action> _queue = new(LongestQueue);
    private readonly PasswordHasher<object> _hasher;
    private readonly Lazy<string> _nobodys;
    private readonly PasswordMeter _meter;
    private static readonly object Anybody = new();

    public Hashing(IOptions<IdentityOptions> options, PasswordMeter meter)
    {
        _meter = meter;
        _hasher = new PasswordHasher<object>(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.HashIterations }));
        _nobodys = new Lazy<string>(() => _hasher.HashPassword(Anybody, "the password of nobody"));
        new Thread(Work) { IsBackground = true, Name = "Password hashing" }.Start();
    }

    /// <summary>Whether one more would be sent away; asked before spending anything else on a request.</summary>
    public bool IsFull => _queue.Count >= LongestQueue;

    public Task<Outcome<string>> Hash(string password, CancellationToken ct) => Queue(() => _hasher.HashPassword(Anybody, password), ct);

    /// <summary>
    /// Whether the password is right, and whether its hash is weaker than those of today. Without a hash to compare it takes as long and
    /// is wrong, so the time tells nobody which accounts exist.
    /// </summary>
    public Task<Outcome<Verdict>> Check(string? hash, string password, CancellationToken ct) => Queue(() =>
    {
        var result = Compare(hash ?? _nobodys.Value, password);
        return new Verdict(
            hash is not null && result != PasswordVerificationResult.Failed, result == PasswordVerificationResult.SuccessRehashNeeded);
    }, ct);

    public void Dispose() => _queue.CompleteAdding();

    private PasswordVerificationResult Compare(string hash, string password)
    {
        var result = _hasher.VerifyHashedPassword(Anybody, hash, password);
        _meter.Checked(hash);
        return result;
    }

    private async Task<Outcome<T>> Queue<T>(Func<T> work, CancellationToken ct)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var queued = _queue.TryAdd(() =>
        {
            // Nobody waits for it any more.
            if (ct.IsCancellationRequested) done.TrySetCanceled(ct);
            else Finish(done, work);
        });
        return queued ? await done.Task : IdentityRefusals.Busy;
    }

    private static void Finish<T>(TaskCompletionSource<T> done, Func<T> work)
    {
        try { done.SetResult(work()); }
        catch (Exception problem) { done.SetException(problem); }
    }

    private void Work()
    {
        // The runtime ignores thread priorities on Linux; there a thread has a niceness of its own, and 0 names the calling one.
        if (OperatingSystem.IsLinux()) _ = Niceness.Set(Niceness.OfProcess, 0, LowPriority);
        else Thread.CurrentThread.Priority = ThreadPriority.BelowNormal;
        foreach (var work in _queue.GetConsumingEnumerable()) work();
        _queue.Dispose();
    }

    private static class Niceness
    {
        public const int OfProcess = 0;

        [DllImport("libc", EntryPoint = "setpriority")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Set(int which, int who, int niceness);
    }
}

/// <summary>What became of a comparison.</summary>
internal readonly record struct Verdict(bool Right, bool Weak);
