using System.Text.Json.Serialization;

namespace Balie.Kernel;

/// <summary>What is wrong with one member of a request; <paramref name="Field"/> is its path, such as <c>items[0].quantity</c>.</summary>
public sealed record FieldError(string Field, string Message);

/// <summary>
/// An expected "no": a stable code (<c>module.snake_case</c>, public API: add, never rename or reuse), an HTTP status and a sentence that
/// tells a person what to do next.
/// </summary>
public sealed record Refusal(string Code, int Status, string Title, string Message)
{
    public IReadOnlyList<FieldError> Errors { get; init; } = [];

    /// <summary>
    /// The current numbers or names behind a conflict (<c>requested</c>, <c>available</c>, <c>seats</c>), members of the problem.
    /// </summary>
    public IReadOnlyDictionary<string, object> Facts { get; init; } = Nothing;

    /// <summary>When trying again may help.</summary>
    [JsonIgnore]
    public TimeSpan? RetryAfter { get; init; }

    private static readonly IReadOnlyDictionary<string, object> Nothing = new Dictionary<string, object>();

    public static Refusal Malformed(string code, string message) => new(code, 400, "Malformed request", message);
    public static Refusal Unauthenticated(string code, string message) => new(code, 401, "Sign in first", message);
    public static Refusal Forbidden(string code, string message) => new(code, 403, "Not allowed", message);
    public static Refusal NotFound(string code, string message) => new(code, 404, "Not found", message);
    public static Refusal Conflict(string code, string message) => new(code, 409, "Conflict", message);
    public static Refusal Invalid(string code, string message) => new(code, 422, "Invalid", message);

    public Refusal With(string fact, object value) => this with { Facts = new Dictionary<string, object>(Facts) { [fact] = value } };

    public Refusal At(string field) => At(field, Message);

    public Refusal At(string field, string message) => this with { Errors = [.. Errors, new FieldError(field, message)] };

    public Refusal After(TimeSpan wait) => this with { RetryAfter = wait };
}
