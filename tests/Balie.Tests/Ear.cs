using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Balie.Tests;

/// <summary>Hears what the product itself calls an error, for whoever looks why a test failed.</summary>
internal sealed class Ear : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _heard = new();

    /// <summary>Everything since the last time.</summary>
    public string[] Take()
    {
        var heard = new List<string>();
        while (_heard.TryDequeue(out var one)) heard.Add(one);
        return [.. heard];
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) _heard.Enqueue($"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
