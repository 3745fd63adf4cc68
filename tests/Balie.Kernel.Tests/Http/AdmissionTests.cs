using System.Net;

namespace Balie.Kernel.Tests.Http;

public sealed class AdmissionTests(ModuleApp<ProbeModule> app) : IClassFixture<ModuleApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_route_that_says_nothing_of_who_may_use_it_refuses_everybody() =>
        await (await app.As(Roles.Owner).GetAsync("/api/v1/forgotten", Ct)).IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);

    [Fact]
    public async Task A_permission_is_asked_of_guests_as_of_people()
    {
        await (await app.Http.GetAsync("/api/v1/secrets", Ct)).IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
        await (await app.As(Roles.Door).GetAsync("/api/v1/secrets", Ct)).IsRefused(HttpStatusCode.Forbidden, "kernel.forbidden", Ct);
        Assert.True((await app.As(Roles.Owner).GetAsync("/api/v1/secrets", Ct)).IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_credential_that_is_not_understood_is_never_taken_for_a_guest()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/programme");
        request.Headers.TryAddWithoutValidation("Authorization", "Basic Z2FzdDpnYXN0");

        await (await app.Http.SendAsync(request, Ct)).IsRefused(HttpStatusCode.Unauthorized, "kernel.unauthenticated", Ct);
    }
}
