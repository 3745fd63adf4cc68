using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// <c>/health</c>: the process is alive, nothing else is asked. <c>/ready</c>: requests may be sent here, because the database answers, its
/// tables are those of this program, and nobody asked us to stop.
/// </summary>
internal static class Health
{
    private static readonly byte[] Alive = """{"status":"alive"}"""u8.ToArray();
    private static readonly byte[] Ready = """{"status":"ready"}"""u8.ToArray();

    public static void Map(IEndpointRouteBuilder root)
    {
        root.MapGet("/health", (RequestDelegate)(http => Write(http, Alive))).ExcludeFromDescription().WithMetadata(new AnyHost());
        root.MapGet("/ready", (RequestDelegate)SeeReady).ExcludeFromDescription().WithMetadata(new AnyHost());
    }

    private static async Task SeeReady(HttpContext http)
    {
        var problem = await http.RequestServices.GetRequiredService<Readiness>().Problem();
        if (problem is null) await Write(http, Ready);
        else await Problems.Write(http, KernelRefusals.NotReady with { Message = problem });
    }

    private static Task Write(HttpContext http, byte[] body)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = body.Length;
        return http.Response.Body.WriteAsync(body, 0, body.Length);
    }
}

/// <summary>Looks at most once a second, for at most a second, however often it is asked.</summary>
internal sealed partial class Readiness(
    Databases databases, IReadOnlyList<IModule> modules, IHostApplicationLifetime life, ILogger<Readiness> log) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _looking = new(1);
    private bool _migrated;
    private string? _problem;
    private long _lookedAt = -(long)Kept.TotalMilliseconds;

    /// <summary>Why no request should come here now, or null.</summary>
    public async ValueTask<string?> Problem()
    {
        if (life.ApplicationStopping.IsCancellationRequested) return "This process is stopping.";
        if (IsFresh) return _problem;
        await _looking.WaitAsync();
        try
        {
            if (IsFresh) return _problem;
            var problem = await Look();
            if (problem != _problem) LogChanged(log, problem ?? "ready");
            (_problem, _lookedAt) = (problem, Environment.TickCount64);
            return problem;
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose() => _looking.Dispose();

    private bool IsFresh => Environment.TickCount64 - Volatile.Read(ref _lookedAt) < (long)Kept.TotalMilliseconds;

    private async Task<string?> Look()
    {
        try
        {
            // Left alone when the patience ends, because to cancel a statement takes seconds where the database hangs.
            return await Ask().WaitAsync(Patience);
        }
        catch (MigrationException newer)
        {
            return newer.Message;
        }
        catch (Exception away) when (away is NpgsqlException or TimeoutException or OperationCanceledException or InvalidOperationException)
        {
            return "The database does not answer.";
        }
    }

    private async Task<string?> Ask()
    {
        // Once complete they stay so; a newer program may add its own while this one serves on.
        if (!_migrated && await Missing(CancellationToken.None) is > 0 and var missing)
            return $"The database lacks {missing} migrations: run balie migrate.";
        _migrated = true;
        await using var command = databases.App.CreateCommand("select 1");
        await command.ExecuteScalarAsync(CancellationToken.None);
        return null;
    }

    private Task<int> Missing(CancellationToken ct)
    {
        IReadOnlyList<MigrationScript> scripts =
        [
            .. MigrationScript.Of("kernel", typeof(IModule).Assembly),
            .. modules.SelectMany(module => MigrationScript.Of(module.Name, module.GetType().Assembly)),
        ];
        return new Migrator("", scripts).Missing(databases.App, ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Readiness changed: {State}")]
    private static partial void LogChanged(ILogger log, string state);
}

/// <summary>
/// Between being asked to stop and closing the door: serve on for <see cref="WebOptions.Drain"/>, while <c>/ready</c> sends callers
/// elsewhere.
/// </summary>
internal sealed class Drain(WebOptions options, TimeProvider clock) : IHostedLifecycleService
{
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        if (options.Drain > TimeSpan.Zero)
            await Task.Delay(options.Drain, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
