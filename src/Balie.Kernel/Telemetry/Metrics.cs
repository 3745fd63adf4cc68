using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Balie.Kernel;

using Label = KeyValuePair<string, object?>;

/// <summary>
/// All figures of the process in the text format of Prometheus (exposition format 0.0.4), gathered from
/// <see cref="System.Diagnostics.Metrics"/> without a library. A measurement of a series seen before allocates nothing. Series are bounded
/// per instrument: whatever a label would add beyond that is summed up under <c>otel_metric_overflow="true"</c>.
/// </summary>
internal sealed class Metrics : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";
    private const int MostSeries = 500;

    // The meters of parts and modules, such as Balie.Inventory.
    private const string Parts = Instruments.Name + ".";

    private static readonly string[] Meters =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Runtime", Instruments.Name,
    ];
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Sizes = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000, 1_000_000];
    private static readonly Label[] Overflow = [new("otel_metric_overflow", "true")];

    // By name, because two meters may publish the same instrument and a reader must see one family.
    private readonly ConcurrentDictionary<string, Family> _families = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _writing = new();

    public Metrics()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!IsHeard(instrument.Meter.Name)) return;
            var family = _families.GetOrAdd(instrument.Name, static (_, one) => new Family(one), instrument);
            listener.EnableMeasurementEvents(instrument, family);
        };
        _listener.SetMeasurementEventCallback<byte>(static (_, value, labels, family) => Record(family, value, labels));
        _listener.SetMeasurementEventCallback<short>(static (_, value, labels, family) => Record(family, value, labels));
        _listener.SetMeasurementEventCallback<int>(static (_, value, labels, family) => Record(family, value, labels));
        _listener.SetMeasurementEventCallback<long>(static (_, value, labels, family) => Record(family, value, labels));
        _listener.SetMeasurementEventCallback<float>(static (_, value, labels, family) => Record(family, value, labels));
        _listener.SetMeasurementEventCallback<double>(static (_, value, labels, family) => Record(family, value, labels));
        _listener.SetMeasurementEventCallback<decimal>(static (_, value, labels, family) => Record(family, (double)value, labels));
        _listener.Start();
    }

    public void Dispose() => _listener.Dispose();

    public string Write()
    {
        lock (_writing)
        {
            _listener.RecordObservableInstruments();
            var text = new StringBuilder(16 * 1024);
            foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal)) family.Write(text);
            return text.ToString();
        }
    }

    private static bool IsHeard(string meter) => Meters.Contains(meter) || meter.StartsWith(Parts, StringComparison.Ordinal);

    private static void Record(object? state, double value, ReadOnlySpan<Label> labels) => ((Family?)state)?.Record(value, labels);

    private enum Kind
    {
        Counter,
        Gauge,
        Histogram,
    }

    /// <summary>One instrument with its series.</summary>
    private sealed class Family
    {
        private readonly ConcurrentDictionary<Label[], Series> _series = new(SameLabels.Instance);
        private readonly ConcurrentDictionary<Label[], Series>.AlternateLookup<ReadOnlySpan<Label>> _known;
        private readonly Kind _kind;
        private readonly bool _isTotal;
        private readonly string _help;
        private readonly double[] _bounds;

        public Family(Instrument instrument)
        {
            _known = _series.GetAlternateLookup<ReadOnlySpan<Label>>();
            var type = instrument.GetType().GetGenericTypeDefinition();
            _kind = type == typeof(Histogram<>) ? Kind.Histogram
                : type == typeof(Counter<>) || type == typeof(ObservableCounter<>) ? Kind.Counter
                : Kind.Gauge;
            // An observed value is the whole; a recorded one is added, except to a plain gauge.
            _isTotal = instrument.IsObservable || type == typeof(Gauge<>);
            _bounds = _kind == Kind.Histogram ? (instrument.Unit == "s" ? Seconds : Sizes) : [];
            _help = instrument.Description ?? instrument.Name;
            Name = NameOf(instrument.Name, instrument.Unit, _kind);
        }

        public string Name { get; }

        public void Record(double value, ReadOnlySpan<Label> labels)
        {
            if (!_known.TryGetValue(labels, out var series))
            {
                var kept = _series.Count < MostSeries ? labels.ToArray() : Overflow;
                series = _series.GetOrAdd(kept, static (own, bounds) => new Series(own, bounds), _bounds);
            }
            if (_kind == Kind.Histogram) series.Observe(value, _bounds);
            else if (_isTotal) series.Set(value);
            else series.Add(value);
        }

        public void Write(StringBuilder text)
        {
            text.Append("# HELP ").Append(Name).Append(' ').Append(Escaped(_help)).Append('\n');
            text.Append("# TYPE ").Append(Name).Append(' ').Append(Enum.GetName(_kind)?.ToLowerInvariant()).Append('\n');
            foreach (var series in _series.Values)
            {
                if (_kind == Kind.Histogram) series.WriteHistogram(text, Name, _bounds);
                else series.WriteValue(text, Name);
            }
        }

        // http.server.request.duration in s becomes http_server_request_duration_seconds; {request} and its like say nothing.
        private static string NameOf(string name, string? unit, Kind kind)
        {
            var suffix = unit switch
            {
                "s" => "_seconds",
                "ms" => "_milliseconds",
                "By" => "_bytes",
                "1" when kind == Kind.Gauge => "_ratio",
                _ => "",
            };
            var plain = Plain(name);
            if (suffix.Length > 0 && !plain.EndsWith(suffix, StringComparison.Ordinal)) plain += suffix;
            return kind == Kind.Counter && !plain.EndsWith("_total", StringComparison.Ordinal) ? plain + "_total" : plain;
        }
    }

    private static string Plain(string name) => string.Create(name.Length, name, static (plain, dotted) =>
    {
        for (var at = 0; at < dotted.Length; at++) plain[at] = char.IsAsciiLetterOrDigit(dotted[at]) ? dotted[at] : '_';
    });

    private static string Escaped(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Quoted(object? value) =>
        Escaped(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "").Replace("\"", "\\\"", StringComparison.Ordinal);

    private sealed class Series(Label[] labels, double[] bounds)
    {
        private readonly string _labels = string.Join(',', labels.Select(label => $"{Plain(label.Key)}=\"{Quoted(label.Value)}\""));
        private readonly long[] _buckets = new long[bounds.Length + 1];
        private double _value;

        public void Set(double value) => Volatile.Write(ref _value, value);

        public void Add(double value)
        {
            for (var seen = Volatile.Read(ref _value); ;)
            {
                var found = Interlocked.CompareExchange(ref _value, seen + value, seen);
                if (BitConverter.DoubleToInt64Bits(found) == BitConverter.DoubleToInt64Bits(seen)) return;
                seen = found;
            }
        }

        public void Observe(double value, double[] upTo)
        {
            var bucket = 0;
            while (bucket < upTo.Length && value > upTo[bucket]) bucket++;
            Interlocked.Increment(ref _buckets[bucket]);
            Add(value);
        }

        public void WriteValue(StringBuilder text, string name)
        {
            text.Append(name);
            if (_labels.Length > 0) text.Append('{').Append(_labels).Append('}');
            text.Append(' ').Append(Number(Volatile.Read(ref _value))).Append('\n');
        }

        public void WriteHistogram(StringBuilder text, string name, double[] upTo)
        {
            var count = 0L;
            for (var bucket = 0; bucket < _buckets.Length; bucket++)
            {
                count += Volatile.Read(ref _buckets[bucket]);
                text.Append(name).Append("_bucket{").Append(_labels).Append(_labels.Length > 0 ? "," : "")
                    .Append("le=\"").Append(bucket < upTo.Length ? Number(upTo[bucket]) : "+Inf")
                    .Append("\"} ").Append(Number(count)).Append('\n');
            }
            WriteValue(text, name + "_sum");
            text.Append(name).Append("_count");
            if (_labels.Length > 0) text.Append('{').Append(_labels).Append('}');
            text.Append(' ').Append(Number(count)).Append('\n');
        }

        private static string Number(double value) => value switch
        {
            double.PositiveInfinity => "+Inf",
            double.NegativeInfinity => "-Inf",
            _ => value.ToString("R", CultureInfo.InvariantCulture),
        };

    }

    /// <summary>Labels are compared in the order in which they are recorded, straight from the caller's span.</summary>
    private sealed class SameLabels : IEqualityComparer<Label[]>, IAlternateEqualityComparer<ReadOnlySpan<Label>, Label[]>
    {
        public static readonly SameLabels Instance = new();

        public bool Equals(Label[]? x, Label[]? y) => x is null ? y is null : y is not null && Equals((ReadOnlySpan<Label>)x, y);

        public int GetHashCode([DisallowNull] Label[] obj) => GetHashCode((ReadOnlySpan<Label>)obj);

        public bool Equals(ReadOnlySpan<Label> alternate, Label[] other)
        {
            if (alternate.Length != other.Length) return false;
            for (var at = 0; at < other.Length; at++)
                if (alternate[at].Key != other[at].Key || !Equals(alternate[at].Value, other[at].Value)) return false;
            return true;
        }

        public int GetHashCode(ReadOnlySpan<Label> alternate)
        {
            var hash = new HashCode();
            foreach (ref readonly var label in alternate)
            {
                hash.Add(label.Key);
                hash.Add(label.Value);
            }
            return hash.ToHashCode();
        }

        public Label[] Create(ReadOnlySpan<Label> alternate) => alternate.ToArray();
    }
}
