using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// The last resort: turns what was thrown into an honest answer. Bad input becomes 400, a database that is away 503 with Retry-After,
/// and only a fault of ours 500, with a trace id and without a detail.
/// </summary>
internal sealed partial class Faults(RequestDelegate next, ILogger<Faults> log)
{
    private const string DataOutOfRange = "22";
    private const string IdleInTransaction = "25P03";
    private const string ProgramLimit = "54";
    private const string Server = "Microsoft.AspNetCore.Server.Kestrel.Core";
    private static readonly string[] OfTheContent =
        [HeaderNames.ContentType, HeaderNames.ContentLength, HeaderNames.ContentDisposition, HeaderNames.ETag,
            HeaderNames.LastModified, HeaderNames.Location, HeaderNames.SetCookie];

    public async Task Invoke(HttpContext http)
    {
        try
        {
            await next(http);
            if (http.Response is { StatusCode: >= 400, HasStarted: false, ContentLength: null, ContentType: null }
                && http.GetEndpoint()?.Metadata.GetMetadata<PlainStatus>() is null)
                await Problems.Write(http, KernelRefusals.ForStatus(http.Response.StatusCode));
        }
        catch (Exception gone) when (gone is ConnectionResetException
            || (gone is OperationCanceledException && http.RequestAborted.IsCancellationRequested))
        {
            // The caller hung up; there is nobody to answer.
        }
        catch (Exception problem) when (!http.Response.HasStarted)
        {
            var refusal = Explain(problem);
            if (refusal.Status == StatusCodes.Status500InternalServerError) LogBroken(log, problem, http.Request.Path.Value ?? "");
            if (refusal.Status == StatusCodes.Status503ServiceUnavailable)
                LogUnavailable(log, problem.GetType().Name, (problem as PostgresException)?.SqlState ?? "");
            Forget(http.Response);
            await Problems.Write(http, refusal);
        }
    }

    // What described the answer that did not come. The rest stays: a browser may read a refusal only with its CORS headers.
    private static void Forget(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status200OK;
        foreach (var header in OfTheContent) response.Headers.Remove(header);
    }

    /// <summary>The refusal behind an exception. Public so that streams and jobs explain themselves in the same words.</summary>
    public static Refusal Explain(Exception problem) => problem switch
    {
        RefusedException refused => refused.Refusal,
        BadHttpRequestException { InnerException: JsonException json } => Unreadable(json),
        BadHttpRequestException bad => KernelRefusals.ForStatus(bad.StatusCode),
        JsonException json => Unreadable(json),
        PostgresException { SqlState: PostgresErrorCodes.NotNullViolation or PostgresErrorCodes.CheckViolation } => KernelRefusals.Invalid,
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation } =>
            KernelRefusals.Conflict,
        PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation } => KernelRefusals.Conflict,
        PostgresException postgres when IsTooMuch(postgres.SqlState) => KernelRefusals.Malformed,
        PostgresException postgres when IsAway(postgres.SqlState) => KernelRefusals.Unavailable,
        PostgresException => KernelRefusals.Broken,
        NpgsqlException or TimeoutException or OperationCanceledException => KernelRefusals.Unavailable,
        // A connection that broke between two statements is reported as not open, or as disposed while we shut down.
        InvalidOperationException { Source: "Npgsql" } => KernelRefusals.Unavailable,
        // A connection that was lost in the very moment in which a command began on it.
        ObjectDisposedException { StackTrace: { } trace } when trace.Contains(" Npgsql.", StringComparison.Ordinal) =>
            KernelRefusals.Unavailable,
        // The server says so of a chunk size that no number holds.
        IOException { Source: Server } or OverflowException => KernelRefusals.Malformed,
        _ => KernelRefusals.Broken,
    };

    // A value that does not fit its type or its encoding (22), or is too large for an index (54): input, whatever let it through.
    private static bool IsTooMuch(string sqlState) =>
        sqlState.StartsWith(DataOutOfRange, StringComparison.Ordinal) || sqlState.StartsWith(ProgramLimit, StringComparison.Ordinal);

    // Connection trouble (08, a login or database refused meanwhile included), resources and disk (53), shutdown and crash (57P), and what
    // lock or statement limits cut short.
    private static bool IsAway(string sqlState) =>
        sqlState[..2] is "08" or "28" or "3D" or "53" || sqlState.StartsWith("57P", StringComparison.Ordinal)
        || sqlState is PostgresErrorCodes.ObjectNotInPrerequisiteState or PostgresErrorCodes.QueryCanceled
            or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure
            or PostgresErrorCodes.ReadOnlySqlTransaction or IdleInTransaction;

    private static Refusal Unreadable(JsonException json)
    {
        var field = json.Path is { Length: > 2 } path ? path[2..] : "$";
        return KernelRefusals.Malformed.At(field, Plain(json.Message));
    }

    // The serialiser appends the path, line and byte, and names our types; the first sentence before them is the one for people.
    private static string Plain(string message)
    {
        if (message.Contains("could not be mapped", StringComparison.Ordinal)) return "This member is not known here.";
        if (message.Contains("Duplicate property", StringComparison.Ordinal)) return "This member stands here twice.";
        if (message.Contains("missing required", StringComparison.Ordinal)) return "A required member is missing.";
        if (message.Contains("could not be converted", StringComparison.Ordinal)) return "The value is of the wrong kind.";
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end > 0 ? message[..end] : message;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Unhandled failure at {Path}")]
    private static partial void LogBroken(ILogger log, Exception problem, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answered 503: {Kind} {SqlState}")]
    private static partial void LogUnavailable(ILogger log, string kind, string sqlState);
}

/// <summary>Metadata: this endpoint's bare status is its whole answer (health checks, redirects), leave it alone.</summary>
public sealed record PlainStatus;
