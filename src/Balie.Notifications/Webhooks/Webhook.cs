using static Balie.Notifications.NotificationsRefusals;

namespace Balie.Notifications.Webhooks;

/// <summary>A webhook as staff see it. Its secrets are shown when they are made, and never again.</summary>
internal sealed class Webhook : IVersioned
{
    public Guid Id { get; init; }
    public string Url { get; init; } = "";
    public string Description { get; init; } = "";

    /// <summary>Types of messages, or <c>*</c> for all.</summary>
    public string[] EventTypes { get; init; } = [];

    /// <summary>enabled or disabled.</summary>
    public string Status { get; init; } = "";

    /// <summary>Why it is disabled.</summary>
    public string? DisabledReason { get; init; }

    /// <summary>Since when every attempt has failed.</summary>
    public DateTimeOffset? FailingSince { get; init; }
    public int Version { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }

    public const string Enabled = "enabled";
    public const string Disabled = "disabled";

    public const string Columns =
        "webhook_id as id, url, description, event_types, status, disabled_reason, failing_since, version, created_at, updated_at";

    public const string Exists = "select exists (select from notifications.webhooks where org_id = @orgId and webhook_id = @webhookId)";
}

/// <summary>What staff decide about a webhook.</summary>
internal sealed record WebhookDetails(string Url, string[] EventTypes, string Description = "")
{
    private const int LongestDescription = 200;

    /// <summary>Why this cannot be; null when it can.</summary>
    public Refusal? Wrong(bool allowPrivate)
    {
        if (!Outgoing.TryRead(Url, allowPrivate, out _, out var problem)) return UrlInvalid.At("url", problem);
        if (Description.Length > LongestDescription) return DescriptionTooLong;
        // JSON may bring a null where the type has none: the reader checks members, not what is in a list.
        if (EventTypes.Length == 0 || EventTypes.Distinct().Count() != EventTypes.Length || !EventTypes.All(IsKnown))
            return EventTypesInvalid;
        return null;
    }

    private static bool IsKnown(string? type) =>
        type == PublicMessages.Everything || (type is not null && PublicMessages.Find(type) is not null);
}
