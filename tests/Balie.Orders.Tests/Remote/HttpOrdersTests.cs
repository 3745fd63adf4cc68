using System.Diagnostics;
using Balie.Contracts.Orders;
using Balie.Orders.Remote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Balie.Orders.Tests.Remote;

/// <summary>What the asker does when the other process is slow, broken or away.</summary>
public sealed class HttpOrdersTests
{
    private static readonly PlaceForHold Wish =
        new("things", Guid.CreateVersion7(), new Buyer(null, "Koper", "koper@example.org", "nl"), "guest");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_that_stumbles_is_asked_again_under_the_same_key()
    {
        var keys = new List<string>();
        await using var other = await Elsewhere(async http =>
        {
            keys.Add($"{http.Request.Headers["Idempotency-Key"]} {http.Request.Headers[ServeOrders.KeyHeader]}");
            if (keys.Count < 3) http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            else await Problems.Write(http, OrdersRefusals.PriceChanged.With("total", new Money(5, "EUR")).At("total"));
        });
        using var orders = Asking(other);

        var answer = await orders.PlaceForHold(Guid.NewGuid(), Wish, Ct);

        Assert.Equal([.. Enumerable.Repeat($"{Wish.HoldId} {RemoteApp.NewKey}", 3)], keys);
        Assert.Equal("orders.price_changed", answer.Refusal?.Code);
        Assert.Equal("""{"amount":5,"currency":"EUR"}""", answer.Refusal?.Facts["total"].ToString());
        Assert.Equal("total", answer.Refusal?.Errors.Single().Field);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_is_not_asked_again()
    {
        var asked = 0;
        await using var other = await Elsewhere(http =>
        {
            asked++;
            return Problems.Write(http, OrdersRefusals.HoldEnded);
        });
        using var orders = Asking(other);

        Assert.Equal("orders.hold_ended", (await orders.PlaceForHold(Guid.NewGuid(), Wish, Ct)).Refusal?.Code);
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task One_that_hangs_costs_a_limit_and_then_nothing_while_it_is_left_alone()
    {
        var asked = 0;
        await using var other = await Elsewhere(async http =>
        {
            Interlocked.Increment(ref asked);
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        using var orders = Asking(other, TimeSpan.FromMilliseconds(100));

        for (var i = 0; i < 4; i++)
            Assert.Equal("orders.away", (await orders.PlaceForHold(Guid.NewGuid(), Wish, Ct)).Refusal?.Code);
        var (before, started) = (asked, Stopwatch.GetTimestamp());
        Assert.Equal("orders.away", (await orders.PlaceForHold(Guid.NewGuid(), Wish, Ct)).Refusal?.Code);

        Assert.Equal((before, true), (asked, Stopwatch.GetElapsedTime(started) < TimeSpan.FromMilliseconds(90)));
    }

    [Fact]
    public async Task One_that_is_not_there_or_talks_nonsense_is_away()
    {
        var gone = await Elsewhere(_ => Task.CompletedTask);
        using var nowhere = Asking(gone);
        await gone.DisposeAsync();
        await using var other = await Elsewhere(http => http.Response.WriteAsync("<html>", Ct));
        using var nonsense = Asking(other);

        Assert.Equal("orders.away", (await nowhere.PlaceForHold(Guid.NewGuid(), Wish, Ct)).Refusal?.Code);
        Assert.Equal("orders.away", (await nonsense.PlaceForHold(Guid.NewGuid(), Wish, Ct)).Refusal?.Code);
        await Assert.ThrowsAsync<RefusedException>(() => nowhere.See(Guid.NewGuid(), [Guid.NewGuid()], Ct));
    }

    [Theory]
    [InlineData("ftp://there", "key of at least thirty-two characters", "Balie:Orders:Remote must be")]
    [InlineData("http://there", "", "Balie:Orders:Remote needs")]
    [InlineData("", "short", "Every key")]
    public void What_cannot_work_is_said_at_the_start(string remote, string key, string sentence)
    {
        var options = new RemoteOptions { Remote = remote, Key = key };

        Assert.StartsWith(sentence, RemoteOptions.Rules.First(rule => !rule.Holds(options)).Else, StringComparison.Ordinal);
    }

    private static HttpOrders Asking(WebApplication other, TimeSpan? limit = null) => new(
        Options.Create(new RemoteOptions
        {
            Remote = other.Urls.Single(),
            Key = $"{RemoteApp.NewKey},{RemoteApp.OldKey}",
            RemoteTimeout = limit ?? TimeSpan.FromSeconds(2),
        }), NullLogger<HttpOrders>.Instance);

    private static async Task<WebApplication> Elsewhere(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Ct);
        return app;
    }
}
