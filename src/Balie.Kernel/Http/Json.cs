using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Balie.Kernel;

/// <summary>
/// The one way we read and write JSON: camelCase, no unknown or duplicate members, nothing missing that is required, text without
/// control characters and in normal form C. See docs/decisions and RFC 8259, RFC 7493 (I-JSON).
/// </summary>
public static class Json
{
    private const int DeepestNesting = 32;

    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.MaxDepth = DeepestNesting;
        // Our answers are never pasted into HTML, and names have accents.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new CleanText());
        options.Converters.Add(new UtcMoment());
        return options;
    }

    /// <summary>
    /// Text that PostgreSQL can hold and a person can compare: no control characters but line breaks and tabs, no lone surrogates, NFC.
    /// </summary>
    private sealed class CleanText : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String) throw new JsonException("Expected text.");
            string text;
            try { text = reader.GetString() ?? ""; }
            catch (InvalidOperationException) { throw new JsonException("The text is not valid Unicode."); }
            return Clean(text) ?? throw new JsonException("The text holds control characters.");
        }

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);

        public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Read(ref reader, typeToConvert, options) ?? throw new JsonException("Expected a name.");

        public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WritePropertyName(value);
    }

    /// <summary>
    /// Moments leave as UTC with a Z, and come in with an offset or not at all: a local time without its zone is no moment.
    /// </summary>
    private sealed class UtcMoment : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String) throw new JsonException("Expected a moment such as 2026-07-01T18:00:00Z.");
            var text = reader.GetString() ?? "";
            // The reader alone would read a moment without an offset as the server's local time.
            var named = text.Contains('T') && (text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-'));
            return named && reader.TryGetDateTimeOffset(out var moment)
                ? moment.ToUniversalTime()
                : throw new JsonException("Expected a moment with its offset, such as 2026-07-01T18:00:00Z.");
        }

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }

    /// <summary>The text in normal form C, or null when it holds a control character.</summary>
    public static string? Clean(string text)
    {
        foreach (var character in text)
            if (char.IsControl(character) && character is not ('\n' or '\r' or '\t')) return null;
        try { return text.IsNormalized(NormalizationForm.FormC) ? text : text.Normalize(NormalizationForm.FormC); }
        catch (ArgumentException) { return null; }
    }
}
