namespace Balie.Kernel;

/// <summary>
/// The database as the system itself: jobs, listeners, sign-in, checks. It sees every organisation, so each statement names its own
/// <c>org_id</c>. Work for one organisation belongs in <see cref="As"/>, where row security guards it.
/// </summary>
public sealed class SystemDb(Databases databases, TimeProvider clock)
{
    public Db Everywhere { get; } = new(databases.SystemPool, databases.News, Guid.Empty, clock);

    /// <summary>The application's own view of one organisation, for a job or listener that acts on its behalf.</summary>
    public Db As(Guid orgId) => new(databases.AppPool, databases.News, orgId, clock);

    /// <summary>
    /// The same by connections that no transaction keeps: for what one reads and many wait for, who may hold all the others.
    /// </summary>
    public Db Aside(Guid orgId) => new(databases.AppPool.Aside, databases.News, orgId, clock);

    /// <summary><see cref="Everywhere"/> by such connections.</summary>
    public Db EverywhereAside { get; } = new(databases.SystemPool.Aside, databases.News, Guid.Empty, clock);
}
