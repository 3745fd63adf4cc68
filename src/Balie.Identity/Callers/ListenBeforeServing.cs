using Microsoft.Extensions.Hosting;

namespace Balie.Identity.Callers;

/// <summary>
/// Makes whoever remembers callers, organisations and keys before anything starts, so that their channels are among those that the
/// process listens to. Being made is all there is to it.
/// </summary>
internal sealed class ListenBeforeServing : IHostedService
{
    public ListenBeforeServing(ICallers callers) => ArgumentNullException.ThrowIfNull(callers);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
