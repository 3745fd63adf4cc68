namespace Balie.Notifications.Webhooks;

/// <summary>Section <c>Balie:Webhooks</c>.</summary>
internal sealed class WebhookOptions
{
    public const string Section = "Balie:Webhooks";

    /// <summary>For development and tests: http, other ports, and addresses of this machine and its neighbours.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>How long a receiver may take to answer, its connection included.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);
}
