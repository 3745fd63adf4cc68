using System.Text.Json;
using System.Text.Json.Serialization;
using System.Xml;

namespace Balie.Kernel;

/// <summary>
/// A length of time as ISO 8601 writes it: <c>PT15M</c>, <c>P1D</c>. Months and years are refused: nobody knows how long they are.
/// </summary>
internal sealed class IsoDuration : JsonConverter<TimeSpan>
{
    public static TimeSpan Read(string text)
    {
        var date = text.Split('T')[0];
        if (date.Contains('Y') || date.Contains('M')) throw new FormatException("A duration in months or years has no fixed length.");
        return XmlConvert.ToTimeSpan(text);
    }

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        const string Wanted = "Expected a duration such as PT15M or P1D.";
        if (reader.TokenType != JsonTokenType.String) throw new JsonException(Wanted);
        try { return Read(reader.GetString() ?? ""); }
        catch (Exception unreadable) when (unreadable is FormatException or OverflowException or InvalidOperationException)
        {
            throw new JsonException(Wanted);
        }
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(XmlConvert.ToString(value));
}
