using Balie.Contracts.Orders;
using Balie.Contracts.Payments;
using Balie.Contracts.Ticketing;
using Balie.Notifications.Deliveries;
using Balie.Notifications.Listeners;
using Balie.Notifications.Mails;
using Balie.Notifications.Reminders;
using Balie.Notifications.Templates;
using Balie.Notifications.Webhooks;
using Microsoft.Extensions.Configuration;

namespace Balie.Notifications;

/// <summary>What people and programs are told: mails about orders, tickets and events, and outgoing webhooks.</summary>
public sealed class NotificationsModule : IModule
{
    internal const string SchemaName = "notifications";

    public string Name => SchemaName;

    public IReadOnlyList<string> Needs => ["identity"];

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section)
            .Validate(
                options => options.Timeout > TimeSpan.Zero && options.Timeout <= TimeSpan.FromMinutes(1),
                "Balie:Webhooks:Timeout must be positive and at most a minute, which a delivery's lease outlasts.")
            .ValidateOnStart();
        services.AddSingleton<Post>();
        services.AddScoped<TemplateList>();
        services.AddHostedService<DeliverWebhooks>();
        services.AddHostedService<SendNotices>();
        foreach (var message in PublicMessages.All)
            services.AddSingleton(new DescribedWebhook(message.Type, message.Summary, message.Shape));
    }

    public void Map(IEndpointRouteBuilder api)
    {
        ListTemplates.Map(api);
        PreviewTemplate.Map(api);
        TestTemplate.Map(api);

        ListEventTypes.Map(api);
        CreateWebhook.Map(api);
        ListWebhooks.Map(api);
        SeeWebhook.Map(api);
        UpdateWebhook.Map(api);
        DeleteWebhook.Map(api);
        EnableWebhook.Map(api);
        DisableWebhook.Map(api);
        RotateSecret.Map(api);
        TestWebhook.Map(api);

        ListDeliveries.Map(api);
        SeeDelivery.Map(api);
        ReplayDelivery.Map(api);
        ReplayRange.Map(api);
    }

    public void Listen(Kernel.Listeners on)
    {
        on.Batch<OrderConfirmed>(TellOfOrders.Handle);
        on.Message<OrderResendAsked>(TellOfOrders.Handle);
        on.Message<OrderCancelled>(TellOfOrders.Handle);
        on.Message<OrderPaidTooLate>(TellOfOrders.Handle);
        on.Message<RefundRequested>(TellOfOrders.Handle);
        on.Message<RefundSucceeded>(TellOfOrders.Handle);
        on.Message<RefundFailed>(TellOfOrders.Handle);

        on.Batch<BookingConfirmed>(TellOfBookings.Handle);
        on.Message<BookingCancelled>(TellOfBookings.Handle);
        on.Batch<TicketsIssued>(TellOfBookings.Handle);
        on.Message<TicketTransferOffered>(TellOfBookings.Handle);
        on.Message<TicketTransferred>(TellOfBookings.Handle);
        on.Message<TicketReissued>(TellOfBookings.Handle);
        on.Message<WaitingListOffered>(TellOfBookings.Handle);

        on.Message<EventCancelled>(TellOfEvents.Handle);
        on.Message<SlotCancelled>(TellOfEvents.Handle);
        on.Message<EventPostponed>(TellOfEvents.Handle);
        on.Message<EventRescheduled>(TellOfEvents.Handle);

        on.Batch<OrderPlaced>(TellWebhooks.Handle);
        on.Batch<OrderExpired>(TellWebhooks.Handle);
        on.Batch<PaymentCaptured>(TellWebhooks.Handle);
        on.Batch<PaymentFailed>(TellWebhooks.Handle);
        on.Batch<PaymentChargedBack>(TellWebhooks.Handle);
        on.Batch<TicketVoided>(TellWebhooks.Handle);
        on.Batch<TicketCheckedIn>(TellWebhooks.Handle);
        on.Batch<EventPublished>(TellWebhooks.Handle);
        on.Batch<EventUpdated>(TellWebhooks.Handle);
        on.Batch<EventSaleOpened>(TellWebhooks.Handle);
        on.Batch<EventSalePaused>(TellWebhooks.Handle);
        on.Batch<EventCompleted>(TellWebhooks.Handle);
    }

    public void Schedule(Timetable at)
    {
        at.Every(RemindHolders.Interval, RemindHolders.Run);
        at.Every(TimeSpan.FromHours(1), ForgetOldMessages.Run);
        at.Every(TimeSpan.FromHours(1), ForgetNotices.Run);
    }

    public void Verify(Checks that)
    {
        that.Holds("I5 an organisation's messages to webhooks are numbered without a gap that nobody forgot", """
            select format('organisation %s: %s messages from number %s to %s, its counter says %s',
                org_id, count(*), min(sequence), max(sequence), last)
            from notifications.webhook_messages
            join notifications.webhook_sequences using (org_id)
            group by org_id, last
            having max(sequence) <> last or max(sequence) - min(sequence) + 1 <> count(*)
            """);
        that.Holds("Every webhook has a secret that is valid", """
            select format('webhook %s of organisation %s', webhook_id, org_id)
            from notifications.webhooks
            where not exists (
                select from notifications.webhook_secrets as secret
                where secret.org_id = webhooks.org_id and secret.webhook_id = webhooks.webhook_id and secret.expires_at is null)
            """);
    }
}
