namespace Balie.Notifications;

public sealed class NotificationsModule : IModule
{
    public string Name => "notifications";

    public IReadOnlyList<string> Needs => ["identity"];
}
