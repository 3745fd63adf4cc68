using System.Buffers.Text;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Balie.Kernel;

/// <summary>The untyped face of a page, for the envelope.</summary>
public interface IPage
{
    object Rows { get; }
    Meta Meta { get; }
}

/// <summary>
/// Some rows of a longer list. The cursor names the last row by its sort key, so rows that come or go elsewhere never make a reader
/// see a row twice or miss one.
/// </summary>
public sealed record Page<T>(IReadOnlyList<T> Rows, string? NextCursor, int Limit, long? Total = null) : IPage
{
    object IPage.Rows => Rows;
    Meta IPage.Meta => new(NextCursor, Limit, Total);

    /// <summary>From a query that asked for one row more than the limit; the extra row only tells that there is more.</summary>
    public static Page<T> Of(T[] rows, Paging paging, Func<T, (DateTimeOffset At, Guid Id)> key) => rows.Length <= paging.Limit
        ? new Page<T>(rows, null, paging.Limit)
        : new Page<T>(rows[..paging.Limit], Paging.Cursor(key(rows[paging.Limit - 1])), paging.Limit);
}

/// <summary>
/// <c>?limit=&amp;cursor=</c> of a list, bound as a handler's parameter. A query orders by <c>(moment, id)</c>, compares with
/// <see cref="After"/> and <see cref="AfterId"/>, and asks for <see cref="Take"/> rows.
/// </summary>
public sealed record Paging(int Limit, DateTimeOffset? After, Guid? AfterId, Refusal? Problem = null)
{
    public const int LargestLimit = 100;
    public const int DefaultLimit = 20;

    public static Paging First { get; } = new(DefaultLimit, null, null);

    /// <summary>One more than shown, to learn whether there is a next page.</summary>
    public int Take => Limit + 1;

    public static ValueTask<Paging?> BindAsync(HttpContext http, ParameterInfo _)
    {
        var (limits, cursors) = (http.Request.Query["limit"], http.Request.Query["cursor"]);
        if (limits.Count > 1 || cursors.Count > 1) return ValueTask.FromResult<Paging?>(First with { Problem = KernelRefusals.Malformed });
        var limit = DefaultLimit;
        if (limits.Count == 1 && (!int.TryParse(limits[0], out limit) || limit is < 1 or > LargestLimit))
            return ValueTask.FromResult<Paging?>(First with { Problem = KernelRefusals.LimitOutOfRange });
        if (cursors.Count == 0) return ValueTask.FromResult<Paging?>(new Paging(limit, null, null));
        return ValueTask.FromResult<Paging?>(Read(cursors[0]) is var (at, id)
            ? new Paging(limit, at, id)
            : First with { Problem = KernelRefusals.CursorMalformed });
    }

    internal static string Cursor((DateTimeOffset At, Guid Id) key) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{key.At.UtcTicks}.{key.Id:n}"));

    private static (DateTimeOffset, Guid)? Read(string? cursor)
    {
        if (cursor is null || cursor.Length > 100 || !Base64Url.IsValid(cursor)) return null;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split('.');
        return parts.Length == 2 && long.TryParse(parts[0], out var ticks)
            && ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            && Guid.TryParseExact(parts[1], "n", out var id)
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), id)
            : null;
    }
}

/// <summary>Something that is edited: its version is its ETag, and an edit names the version it started from.</summary>
public interface IVersioned
{
    int Version { get; }
}

/// <summary>The version in <c>If-Match</c>, bound as a handler's parameter; <c>*</c> matches any.</summary>
public sealed record IfMatch(int? Version, bool Any, Refusal? Problem)
{
    public static ValueTask<IfMatch?> BindAsync(HttpContext http, ParameterInfo _)
    {
        var sent = http.Request.Headers.IfMatch.ToString();
        IfMatch bound = sent switch
        {
            "" => new(null, false, KernelRefusals.VersionRequired),
            "*" => new(null, true, null),
            _ when sent.Length is > 3 and < 16 && sent.StartsWith("\"v", StringComparison.Ordinal)
                && sent[^1] == '"' && int.TryParse(sent.AsSpan(2, sent.Length - 3), out var version) =>
                new(version, false, null),
            _ => new(null, false, KernelRefusals.VersionChanged),
        };
        return ValueTask.FromResult<IfMatch?>(bound);
    }

    public bool Matches(int version) => Any || Version == version;
}

public static class Versions
{
    public static string ETag(this IVersioned versioned) => $"\"v{versioned.Version}\"";
}
