namespace Balie.Notifications;

/// <summary>Every way Notifications says no. Codes are public API: add, never rename, never reuse.</summary>
internal static class NotificationsRefusals
{
    public static readonly Refusal WebhookNotFound =
        Refusal.NotFound("notifications.webhook_not_found", "There is no such webhook. List the webhooks to see which there are.");
    public static readonly Refusal DeliveryNotFound =
        Refusal.NotFound("notifications.delivery_not_found",
            "This message was never sent to this webhook, or is forgotten after 30 days. List its deliveries to see which there are.");
    public static readonly Refusal UrlInvalid =
        Refusal.Invalid("notifications.url_invalid", "Messages go to an https address on the public internet.");
    public static readonly Refusal DescriptionTooLong =
        Refusal.Invalid("notifications.description_too_long", "A description has at most 200 characters.").At("description");
    public static readonly Refusal EventTypesInvalid =
        Refusal.Invalid("notifications.event_types_invalid",
            "Name at least one type of message, each only once, or * for all. /api/v1/webhook-event-types lists them.").At("eventTypes");
    public static readonly Refusal TooManyWebhooks =
        Refusal.Conflict("notifications.too_many_webhooks", "The organisation has as many webhooks as it may have. Delete one first.");
    public static readonly Refusal WebhookDisabled =
        Refusal.Conflict("notifications.webhook_disabled", "This webhook is switched off. Enable it first.");
    public static readonly Refusal StateUnknown =
        Refusal.Invalid("notifications.state_unknown", "A delivery is waiting, delivered or failed.").At("state");
    public static readonly Refusal RangeEmpty =
        Refusal.Invalid("notifications.range_empty", "The stretch of time ends after it begins.").At("until");
    public static readonly Refusal RangeTooLong =
        Refusal.Conflict("notifications.range_too_long", "These are more messages than can be sent again at once. Choose a shorter time.");

    public static readonly Refusal TemplateNotFound =
        Refusal.NotFound("notifications.template_not_found", "There is no such mail. List the mail templates to see which there are.");
    public static readonly Refusal LocaleUnknown =
        Refusal.Invalid("notifications.locale_unknown", "Mails are written in nl and en.").At("locale");
    public static readonly Refusal FormatUnknown =
        Refusal.Invalid("notifications.format_unknown", "A preview is html or text.").At("format");
    public static readonly Refusal AddressNeeded =
        Refusal.Conflict("notifications.address_needed", "A test goes to whoever asks for it, and an API key has no mail address.");
}
