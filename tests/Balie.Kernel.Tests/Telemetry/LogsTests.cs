using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Balie.Kernel.Tests.Telemetry;

public sealed partial class LogsTests
{
    private const string Forged = "harmless\n{\"level\":\"error\",\"message\":\"forged\"}\r\n\u001b[31mred\u2028\u0085";

    [Fact]
    public void In_production_a_fact_is_one_line_of_JSON_whatever_a_caller_put_in_it()
    {
        var line = Write("json", new InvalidOperationException(Forged));

        Assert.EndsWith("}\n", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line[..^1], character => char.IsControl(character) || character == '\u2028');
        using var parsed = JsonDocument.Parse(line);
        Assert.Equal("warn", parsed.RootElement.GetProperty("level").GetString());
        Assert.Equal(Forged, parsed.RootElement.GetProperty("facts").GetProperty("Text").GetString());
        Assert.Equal(3, parsed.RootElement.GetProperty("facts").GetProperty("Number").GetInt32());
        Assert.Equal("probe.source", parsed.RootElement.GetProperty("source").GetString());
        Assert.EndsWith("Z", parsed.RootElement.GetProperty("time").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_terminal_a_fact_is_one_line_that_cannot_colour_or_break()
    {
        var line = Write("text", null);

        Assert.Equal(1, line.Count(char.IsControl));
        Assert.EndsWith("\n", line, StringComparison.Ordinal);
        Assert.Contains("warn", line, StringComparison.Ordinal);
        Assert.Contains("Said 3 times: harmless·", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Requests_that_went_well_are_not_logged()
    {
        using var provider = Services("json").BuildServiceProvider();

        Assert.False(provider.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Hosting.Diagnostics")
            .IsEnabled(LogLevel.Information));
        Assert.True(provider.GetRequiredService<ILoggerFactory>().CreateLogger("Balie.Kernel.Faults").IsEnabled(LogLevel.Information));
    }

    private static string Write(string kind, Exception? exception)
    {
        using var provider = Services(kind).BuildServiceProvider();
        var formatter = provider.GetServices<ConsoleFormatter>().Single(one => one.Name == $"balie-{kind}");
        using var writer = new StringWriter();
        var probe = new Probe(formatter, writer);
        LogSaid(probe, 3, Forged, exception);
        return writer.ToString();
    }

    private static ServiceCollection Services(string kind)
    {
        var services = new ServiceCollection();
        var config = new ConfigurationBuilder().AddInMemoryCollection([new("Balie:Logs", kind)]).Build();
        services.AddSingleton(TimeProvider.System).AddHttpContextAccessor();
        services.AddLogging(logging => logging.AddBalieLogs(config, new HostingEnvironment { EnvironmentName = Environments.Production }));
        return services;
    }

    private sealed class Probe(ConsoleFormatter formatter, TextWriter writer) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter1) =>
            formatter.Write(new LogEntry<TState>(logLevel, "probe.source", eventId, state, exception, formatter1), null, writer);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Said {Number} times: {Text}")]
    private static partial void LogSaid(ILogger log, int number, string text, Exception? exception);
}
