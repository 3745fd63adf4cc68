using System.Net;
using System.Net.Sockets;

namespace Balie.Kernel.Tests.Http;

/// <summary>Nobody can make us call a neighbour, whatever they write and whatever their name server says.</summary>
public sealed class OutgoingTests
{
    private const string Canary = "canary.example.org";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("10.0.0.1")]
    [InlineData("10.255.255.255")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.254")]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.254")]
    [InlineData("192.0.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("192.88.99.1")]
    [InlineData("192.168.0.1")]
    [InlineData("192.168.255.254")]
    [InlineData("198.18.0.1")]
    [InlineData("198.19.255.254")]
    [InlineData("198.51.100.1")]
    [InlineData("203.0.113.1")]
    [InlineData("224.0.0.1")]
    [InlineData("239.255.255.250")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::ffff:0:127.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("64:ff9b:1::10.0.0.1")]
    [InlineData("100::1")]
    [InlineData("2001::1")]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2")]
    [InlineData("2001:10::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("2002:a9fe:a9fe::1")]
    [InlineData("3fff::1")]
    [InlineData("5f00::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fe80::1%1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("ff0e::1")]
    public void Not_on_the_public_internet(string address) => Assert.False(PublicInternet.Has(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("9.255.255.255")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("192.0.1.1")]
    [InlineData("198.17.255.255")]
    [InlineData("198.20.0.1")]
    [InlineData("223.255.255.254")]
    [InlineData("::ffff:1.1.1.1")]
    [InlineData("2001:4860:4860::8888")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:400e::1")]
    public void On_the_public_internet(string address) => Assert.True(PublicInternet.Has(IPAddress.Parse(address)));

    [Theory]
    [InlineData("")]
    [InlineData("example.org/hook")]
    [InlineData("/hook")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.org/")]
    [InlineData("ftp://example.org/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("http://example.org/hook")]
    [InlineData("https://user@example.org/hook")]
    [InlineData("https://example.org@127.0.0.1/hook")]
    [InlineData("https://user:pass@example.org/hook")]
    [InlineData("https://example.org/hook#part")]
    [InlineData("https://example.org:22/hook")]
    [InlineData("https://example.org:5432/hook")]
    [InlineData("https://127.0.0.1/hook")]
    [InlineData("https://127.1/hook")]
    [InlineData("https://2130706433/hook")]
    [InlineData("https://0x7f000001/hook")]
    [InlineData("https://0177.0.0.1/hook")]
    [InlineData("https://0/hook")]
    [InlineData("https://[::1]/hook")]
    [InlineData("https://[::ffff:7f00:1]/hook")]
    [InlineData("https://[fe80::1%25eth0]/hook")]
    [InlineData("https://169.254.169.254/latest/meta-data/")]
    [InlineData("https://[64:ff9b::a9fe:a9fe]/")]
    public void An_address_that_is_no_business_of_ours_is_refused_as_it_is_written(string url) =>
        Assert.False(Outgoing.TryRead(url, allowPrivate: false, out _, out var problem) || problem.Length == 0);

    [Theory]
    [InlineData("https://example.org/hook?x=1")]
    [InlineData("https://example.org:443/")]
    [InlineData("https://bücher.example/hook")]
    public void An_ordinary_address_is_taken(string url) => Assert.True(Outgoing.TryRead(url, allowPrivate: false, out _, out _));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("1.1.1.1 127.0.0.1")]
    [InlineData("127.0.0.1 1.1.1.1")]
    public async Task A_name_that_leads_home_is_refused_before_a_byte_is_sent(string answers)
    {
        using var canary = new TcpListener(IPAddress.IPv6Any, 0);
        canary.Server.DualMode = true;
        canary.Start();
        using var client = new HttpClient(Outgoing.Handler(allowPrivate: false, Says(answers)));

        await IsRefused(client, Canary, canary);

        Assert.False(canary.Pending());
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("localhost")]
    public async Task An_address_of_this_machine_in_any_spelling_stays_unheard(string host)
    {
        using var canary = new TcpListener(IPAddress.IPv6Any, 0);
        canary.Server.DualMode = true;
        canary.Start();
        using var client = new HttpClient(Outgoing.Handler(allowPrivate: false));

        await IsRefused(client, host, canary);

        Assert.False(canary.Pending());
    }

    [Fact]
    public async Task A_name_that_changes_its_answer_between_look_and_use_is_asked_once()
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        var asked = 0;
        using var client = new HttpClient(Outgoing.Handler(allowPrivate: false, (_, _) =>
            Task.FromResult(asked++ == 0 ? [IPAddress.Parse("192.0.2.1")] : new[] { IPAddress.Loopback })));

        await IsRefused(client, Canary, canary);

        Assert.Equal(1, asked);
        Assert.False(canary.Pending());
    }

    [Fact]
    public async Task Where_the_operator_allows_it_the_canary_sings()
    {
        using var canary = new TcpListener(IPAddress.Loopback, 0);
        canary.Start();
        using var client = new HttpClient(Outgoing.Handler(allowPrivate: true, Says("127.0.0.1")));

        var asking = client.GetAsync(new Uri($"http://{Canary}:{PortOf(canary)}/"), Ct);
        using var heard = await canary.AcceptTcpClientAsync(Ct);
        await heard.GetStream().WriteAsync("HTTP/1.1 204 No Content\r\n\r\n"u8.ToArray(), Ct);

        Assert.Equal(HttpStatusCode.NoContent, (await asking).StatusCode);
    }

    private static async Task IsRefused(HttpClient client, string host, TcpListener canary) =>
        Assert.IsType<OutgoingRefusedException>((await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetAsync(new Uri($"http://{host}:{PortOf(canary)}/"), Ct))).InnerException);

    private static Func<string, CancellationToken, Task<IPAddress[]>> Says(string answers) =>
        (_, _) => Task.FromResult(answers.Split(' ').Select(IPAddress.Parse).ToArray());

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;
}
