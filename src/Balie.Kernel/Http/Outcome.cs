using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Balie.Kernel;

/// <summary>What a use case answers: a value, or a refusal. One type for endpoints, pages and tests.</summary>
/// <remarks>A third face, an earlier answer given again, is made by the idempotency of <see cref="Db.Transact{T}"/> alone.</remarks>
public sealed class Outcome<T> : IResult, IEndpointMetadataProvider
{
    private readonly StoredAnswer? _earlier;

    private Outcome(T? value, Refusal? refusal, StoredAnswer? earlier) => (Value, Refusal, _earlier) = (value, refusal, earlier);

    public T? Value { get; }
    public Refusal? Refusal { get; }
    public bool Ok => Refusal is null;

    public static implicit operator Outcome<T>(T value) => new(value, null, null);
    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal, null);
    public static implicit operator Outcome<T>(StoredAnswer earlier) => new(default, null, earlier);

    /// <summary>A value whose answer was written down before it was given, because it is stored with its effect.</summary>
    public static Outcome<T> Written(T value, StoredAnswer answer) => new(value, null, answer);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (Refusal is not null) return Problems.Write(httpContext, Refusal);
        if (_earlier is not null) return _earlier.Write(httpContext);
        if (Value is IVersioned versioned) httpContext.Response.Headers.ETag = versioned.ETag();
        return StoredAnswer.Of(Value, AnswersWith.StatusOf(httpContext)).Write(httpContext);
    }

    // What the type alone can tell. The route's own words (201, who may) come later, and ApiOperations adds them.
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        var shape = typeof(T) == typeof(Done) ? typeof(Envelope<object>)
            : typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(Page<>)
            ? typeof(Envelope<>).MakeGenericType(typeof(T).GetGenericArguments()[0].MakeArrayType())
            : typeof(Envelope<T>);
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, shape, ["application/json"]));
    }
}

/// <summary>The shape of every success. Lists put <c>nextCursor</c>, <c>limit</c> and, when cheap, <c>total</c> in <c>meta</c>.</summary>
public sealed record Envelope<T>(bool Success, T? Data, string? Message, Meta? Meta);

public sealed record Meta(string? NextCursor, int Limit, long? Total);

/// <summary>For a use case that has nothing to say beyond "done": <c>data</c> is null, <c>message</c> says it.</summary>
public sealed record Done(string Message);

/// <summary>Metadata: the status of success, 200 unless said otherwise.</summary>
public sealed record AnswersWith(int Status)
{
    internal static int StatusOf(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<AnswersWith>()?.Status ?? StatusCodes.Status200OK;
}
