using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Balie.Kernel;

/// <summary>
/// Sends traces and metrics to a collector when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names one, and costs nothing otherwise. The other
/// <c>OTEL_…</c> variables (headers, sampler, service name, intervals) are read by the library itself.
/// </summary>
internal sealed class Otlp(IConfiguration config) : IHostedService, IDisposable
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ProtocolKey = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const string ServiceName = "balie";

    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (config[EndpointKey] is not { Length: > 0 } endpoint) return Task.CompletedTask;
        // Without this the server's spans carry no route, method or status. It is read when the server starts, which is after us.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        var collector = Uri.TryCreate(endpoint, UriKind.Absolute, out var parsed)
            ? parsed
            : throw new InvalidOperationException(
                $"{EndpointKey} must be a whole address, such as http://localhost:4318; '{endpoint}' is none.");
        // What the environment says of the service wins over our own name.
        var resource = ResourceBuilder.CreateEmpty()
            .AddService(ServiceName, serviceVersion: typeof(Otlp).Assembly.GetName().Version?.ToString(3))
            .AddTelemetrySdk().AddEnvironmentVariableDetector();
        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource("Microsoft.AspNetCore", "Npgsql", Instruments.Name)
            .AddOtlpExporter(exporter => Aim(exporter, collector, "v1/traces"))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Npgsql", "System.Runtime",
                Instruments.Name, Instruments.Name + ".*")
            .AddOtlpExporter(exporter => Aim(exporter, collector, "v1/metrics"))
            .Build();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // Disposing flushes, and a collector that is away must not keep us: not on the caller's thread, and only as long as it waits.
        return Task.Run(Dispose, CancellationToken.None).WaitAsync(cancellationToken);
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
        (_traces, _metrics) = (null, null);
    }

    // gRPC has one address for everything; over HTTP each signal has its own path.
    private void Aim(OtlpExporterOptions exporter, Uri collector, string path)
    {
        exporter.Protocol = config[ProtocolKey] == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        exporter.Endpoint = exporter.Protocol == OtlpExportProtocol.Grpc
            ? collector
            : new Uri($"{collector.AbsoluteUri.TrimEnd('/')}/{path}");
    }
}
