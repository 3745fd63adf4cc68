using Microsoft.Extensions.Hosting;

namespace Balie.Identity.Callers;

/// <summary>
/// Makes whoever remembers callers, organisations and keys before anything starts, so that their channels are among those that the
/// process listens to. Nothing runs here.
/// </summary>
internal sealed class ListenBeforeServing(ICallers callers) : IHostedService
{
    public ICallers Callers => callers;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
