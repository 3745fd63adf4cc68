using System.Net;
using Balie.Payments.ProviderAccounts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Balie.Payments.Tests.ProviderAccounts;

/// <summary>Accounts are remembered, here and in other processes, until somebody changes them.</summary>
public sealed class AccountMemoryTests(BankApp app) : IClassFixture<BankApp>, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _end = new();

    private static CancellationToken Ct => PaymentsApp.Ct;

    private AccountBook Here => app.Services.GetRequiredService<AccountBook>();

    public async ValueTask DisposeAsync()
    {
        app.Bank.Reset();
        await _end.CancelAsync();
        _end.Dispose();
    }

    [Fact]
    public async Task What_was_read_is_not_read_again()
    {
        var orgId = Guid.CreateVersion7();
        var id = await BankApp.Account(app.As(Roles.Owner, orgId: orgId));
        // It began to listen when the account stood, so nothing more is said about it.
        var book = await Elsewhere();
        Assert.Single(await book.Startable(orgId, Ct));

        await app.SystemDb.As(orgId).Run("update payments.accounts set is_enabled = false where org_id = @orgId", null, Ct);

        Assert.Single(await book.Startable(orgId, Ct));
        book.Forget(orgId);
        Assert.Empty(await book.Startable(orgId, Ct));
        Assert.NotNull(await book.Find(orgId, id, Ct));
        Assert.NotNull(await book.FindAnywhere(id, Ct));
    }

    [Fact]
    public async Task Who_asks_without_knowing_the_organisation_is_told_of_every_account_and_of_no_other()
    {
        var orgId = Guid.CreateVersion7();
        var id = await BankApp.Account(app.As(Roles.Owner, orgId: orgId));

        Assert.Equal(orgId, (await Here.FindAnywhere(id, Ct))?.OrgId);
        Assert.Null(await Here.FindAnywhere(Guid.CreateVersion7(), Ct));
        Assert.Null(await Here.Find(Guid.CreateVersion7(), id, Ct));
    }

    [Fact]
    public async Task Another_process_hears_of_a_change_and_finds_what_is_new()
    {
        var orgId = Guid.CreateVersion7();
        var owner = app.As(Roles.Owner, orgId: orgId);
        var first = await BankApp.Account(owner, position: 1);
        var there = await Elsewhere();
        Assert.Equal(first, Assert.Single(await there.Startable(orgId, Ct)).AccountId);

        var second = await BankApp.Account(owner, position: 0);

        await Soon(async () => (await there.Startable(orgId, Ct)).Count == 2);
        Assert.NotNull(await there.Find(orgId, second, Ct));
        Assert.Equal(HttpStatusCode.OK, (await owner.DeleteAsync($"/api/v1/payments/accounts/{second}", Ct)).StatusCode);
        await Soon(async () => (await there.Startable(orgId, Ct)).Count == 1);
        Assert.NotNull(await there.Find(orgId, second, Ct));
    }

    private async Task<AccountBook> Elsewhere()
    {
        var signals = new Signals(app.Databases, app.Clock, NullLogger<Signals>.Instance);
        var services = app.Services;
        var book = new AccountBook(
            services.GetRequiredService<Seal>(), services.GetRequiredService<SiteAddress>(), app.SystemDb,
            services.GetRequiredService<IOptions<PaymentsOptions>>(), signals, app.Clock,
            NullLogger<AccountBook>.Instance);
        await signals.StartAsync(_end.Token);
        await Soon(() => Task.FromResult(signals.Listening));
        return book;
    }

    private static async Task Soon(Func<Task<bool>> isSo)
    {
        for (var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds; !await isSo(); await Task.Delay(10, Ct))
            Assert.True(Environment.TickCount64 < end, "It never became so.");
    }
}
