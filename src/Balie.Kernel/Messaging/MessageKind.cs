using System.Reflection;
using System.Text.Json;

namespace Balie.Kernel;

/// <summary>The dotted name a message travels under, such as <c>booking.confirmed</c>. Public API: never renamed.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MessageAttribute(string kind) : Attribute
{
    public string Kind { get; } = kind;
}

/// <summary>Names and bodies of messages.</summary>
public static class MessageKind
{
    public static string Of<TMessage>() => Cache<TMessage>.Kind;

    public static string Write<TMessage>(TMessage message) => JsonSerializer.Serialize(message, Json.Options);

    private static class Cache<TMessage>
    {
        public static readonly string Kind = typeof(TMessage).GetCustomAttribute<MessageAttribute>()?.Kind
            ?? throw new InvalidOperationException($"{typeof(TMessage).Name} has no [Message(\"noun.happened\")].");
    }
}
