using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Testing;

/// <summary>
/// One module on real Kestrel with the limits of the product, on a free port of this machine: for what an in-memory server cannot show.
/// </summary>
public class SocketApp<TModule> : ModuleApp<TModule> where TModule : IModule, new()
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    public Uri Address =>
        new(Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.WebHost.UseKestrelCore().UseBalieLimits().UseUrls("http://127.0.0.1:0");
    }

    protected override HttpClient Client() => new() { BaseAddress = Address };

    /// <summary>Ends the app as SIGTERM would, and returns when it has ended.</summary>
    public Task Stop()
    {
        App.Lifetime.StopApplication();
        return App.StopAsync();
    }

    public async Task<Socket> Connect(CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Address.Port), ct);
        return socket;
    }

    /// <summary>Sends these bytes as they are and returns all that comes back until the server closes.</summary>
    public async Task<string> Raw(string request, CancellationToken ct)
    {
        using var socket = await Connect(ct);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), ct);
        return await Rest(socket, ct);
    }

    public static async Task<string> Rest(Socket socket, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        var (answer, buffer) = (new StringBuilder(), new byte[16 * 1024]);
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) is > 0 and var read)
                answer.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (SocketException)
        {
            // A reset is an end too: the server need not read what it refused.
        }
        return answer.ToString();
    }
}
