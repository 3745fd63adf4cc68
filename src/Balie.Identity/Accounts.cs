using Microsoft.AspNetCore.Http;

namespace Balie.Identity;

/// <summary>
/// The database as Identity needs it within a request: accounts belong to the installation, so it is the system's role that reads them;
/// the caller's organisation is bound as <c>@orgId</c> and every statement on a tenant's table names it. Carries the request's
/// Idempotency-Key, so slices keep their one transaction.
/// </summary>
internal sealed record Accounts(Db Db)
{
    public static Accounts Of(IServiceProvider services)
    {
        var http = services.GetRequiredService<IHttpContextAccessor>().HttpContext
            ?? throw new InvalidOperationException("Outside a request there is no caller: use SystemDb.Everywhere.");
        var databases = services.GetRequiredService<Databases>();
        return new Accounts(new Db(
            databases.SystemPool, databases.News, Caller.Of(http).OrgId, services.GetRequiredService<TimeProvider>(),
            http.Features.Get<IdempotentRequest>()));
    }
}
