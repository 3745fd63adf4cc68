using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Balie.Kernel;

/// <summary>
/// Logs on standard output: one JSON object per line in production, one readable line in a terminal (<c>Balie:Logs</c> is <c>json</c> or
/// <c>text</c>, to choose otherwise). Whatever a caller sent cannot begin a line of its own or colour the terminal.
/// </summary>
public static class Logs
{
    /// <summary>Requests are counted and traced, not logged: a line for each would cost more than most of them.</summary>
    public static ILoggingBuilder AddBalieLogs(this ILoggingBuilder logging, IConfiguration config, IHostEnvironment environment)
    {
        var json = config["Balie:Logs"] switch
        {
            "json" => true,
            "text" => false,
            null => environment.IsProduction() && Console.IsOutputRedirected,
            var other => throw new InvalidOperationException($"Balie:Logs must be json or text; it is '{other}'."),
        };
        logging.ClearProviders();
        logging.AddConsole(console =>
        {
            console.FormatterName = json ? JsonLines.Called : TextLines.Called;
            // A full disk or a stopped reader must not stop requests: lines are dropped, and the console says how many.
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
        });
        logging.AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
        logging.AddConsoleFormatter<TextLines, ConsoleFormatterOptions>();
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Npgsql", LogLevel.Warning);
        // What it would say of a failed request, Faults says better.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        // Would it log, it would begin a span and a scope for every request. Lines name the request anyway, and spans begin when a
        // collector asks for them.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        return logging;
    }

    private sealed class JsonLines(IHttpContextAccessor requests, TimeProvider clock) : ConsoleFormatter(Called)
    {
        public const string Called = "balie-json";
        private static readonly JsonWriterOptions Options = new() { SkipValidation = true };

        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            using (var line = new Utf8JsonWriter(buffer, Options)) WriteLine(line, logEntry);
            textWriter.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
            textWriter.Write('\n');
        }

        private void WriteLine<TState>(Utf8JsonWriter line, in LogEntry<TState> entry)
        {
            line.WriteStartObject();
            line.WriteString("time", clock.GetUtcNow().UtcDateTime);
            line.WriteString("level", LevelOf(entry.LogLevel));
            line.WriteString("source", entry.Category);
            if (entry.EventId.Name is { } fact) line.WriteString("event", fact);
            line.WriteString("message", entry.Formatter(entry.State, null));
            WhereItHappened(line);
            if (entry.State is IReadOnlyList<KeyValuePair<string, object?>> facts) Facts(line, facts);
            if (entry.Exception is { } exception) line.WriteString("exception", exception.ToString());
            line.WriteEndObject();
        }

        private void WhereItHappened(Utf8JsonWriter line)
        {
            if (Activity.Current is { } activity)
            {
                line.WriteString("traceId", activity.TraceId.ToHexString());
                line.WriteString("spanId", activity.SpanId.ToHexString());
            }
            if (requests.HttpContext is not { } http) return;
            line.WriteString("requestId", http.TraceIdentifier);
            if (http.Features.Get<Caller>() is { } caller) line.WriteString("orgId", caller.OrgId);
        }

        private static void Facts(Utf8JsonWriter line, IReadOnlyList<KeyValuePair<string, object?>> facts)
        {
            line.WriteStartObject("facts");
            foreach (var (name, value) in facts)
            {
                if (name == "{OriginalFormat}") continue;
                switch (value)
                {
                    case null: line.WriteNull(name); break;
                    case bool truth: line.WriteBoolean(name, truth); break;
                    case int number: line.WriteNumber(name, number); break;
                    case long number: line.WriteNumber(name, number); break;
                    case double number when double.IsFinite(number): line.WriteNumber(name, number); break;
                    default: line.WriteString(name, Convert.ToString(value, CultureInfo.InvariantCulture)); break;
                }
            }
            line.WriteEndObject();
        }
    }

    private sealed class TextLines(TimeProvider clock) : ConsoleFormatter(Called)
    {
        public const string Called = "balie-text";

        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            var source = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
            var message = Plain(logEntry.Formatter(logEntry.State, null));
            textWriter.Write(string.Create(
                CultureInfo.InvariantCulture, $"{clock.GetLocalNow():HH:mm:ss} {LevelOf(logEntry.LogLevel),-5} {message}  ({source})\n"));
            if (logEntry.Exception is not { } exception) return;
            foreach (var part in exception.ToString().Split('\n')) textWriter.Write($"         {Plain(part.TrimEnd())}\n");
        }

        private static string Plain(string text) =>
            text.Any(char.IsControl) ? string.Concat(text.Select(character => char.IsControl(character) ? '·' : character)) : text;
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        _ => throw new InvalidOperationException($"Unknown level {level}."),
    };
}
