using Balie.Contracts.Identity;
using Balie.Contracts.Orders;
using Balie.Contracts.Ticketing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Notifications.Tests;

/// <summary>Notifications alone, among doubles of those it asks.</summary>
public class NotifyApp : ModuleApp<NotificationsModule>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    public FakeOrders Orders { get; } = new();
    public FakeTickets Tickets { get; } = new();
    public LetterBox Letters { get; } = new();

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public HttpClient Owner => As(Roles.Owner);

    protected override void Configure(WebApplicationBuilder builder)
    {
        base.Configure(builder);
        builder.Configuration["Balie:PublicAddress"] = "https://kaarten.example.org";
        builder.Configuration["Balie:Webhooks:AllowPrivate"] = "true";
        builder.Configuration["Balie:Webhooks:Timeout"] = "00:00:01";
    }

    protected override void Replace(IServiceCollection services)
    {
        var identity = new FakeIdentity();
        services.AddSingleton<IOrganisations>(identity);
        services.AddSingleton<IStaff>(identity);
        services.AddSingleton<IOrders>(Orders);
        services.AddSingleton<ITickets>(Tickets);
        services.AddSingleton<IMailSink>(Letters);
    }

    /// <summary>Publishes as the module that knows of it would, and delivers.</summary>
    public async Task Tell<TMessage>(TMessage message, Guid? orgId = null) where TMessage : notnull
    {
        await SystemDb.As(orgId ?? TestCallers.Default).Publish(message, Ct);
        await Deliver(Ct);
    }

    /// <summary>The mails to an address, once there are so many.</summary>
    public async Task<Mail[]> Mails(string recipient, int count = 1)
    {
        await Until(
            () => Task.FromResult(Letters.To(recipient).Length >= count), () => $"{Letters.To(recipient).Length} mails to {recipient}");
        return [.. Letters.To(recipient).Select(letter => letter.Mail)];
    }

    /// <summary>How the notices of a subject stand, once none of them waits.</summary>
    public async Task<(string State, string? Remark)[]> Settled(Guid subjectId, int count = 1)
    {
        NoticeRow[] rows = [];
        await Until(async () =>
        {
            rows = await Db.Many<NoticeRow>("""
                select state, remark
                from notifications.notices
                where org_id = @orgId and subject_id = @subjectId
                order by created_at, reason
                """, new { subjectId }, Ct);
            return rows.Length >= count && rows.All(row => row.State != "waiting");
        }, () => string.Join(", ", rows.Select(row => row.State)));
        return [.. rows.Select(row => (row.State, row.Remark))];
    }

    /// <summary>Waits until the notice of a subject has failed once, and lets it be tried again at once.</summary>
    public async Task TryAgain(Guid subjectId)
    {
        await Until(async () => await Db.Run("""
            update notifications.notices
            set due_at = @Now
            where org_id = @orgId and subject_id = @subjectId and remark is not null
            """, new { subjectId, Db.Now }, Ct) == 1, () => "no remark");
    }

    public static async Task Until(Func<Task<bool>> isSo, Func<string> otherwise)
    {
        for (var end = DateTime.UtcNow + Patience; DateTime.UtcNow < end; await Task.Delay(BetweenLooks, Ct))
            if (await isSo()) return;
        throw new TimeoutException(otherwise());
    }

    private sealed record NoticeRow(string State, string? Remark);
}
