using Balie.Identity.Callers;
using Microsoft.Extensions.DependencyInjection;

namespace Balie.Identity.Tests.Callers;

public sealed class KnownCallersTests(IdentityApp app) : IClassFixture<IdentityApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_who_is_remembered_costs_no_query_and_no_memory()
    {
        var owner = await app.Owner(Ct);
        var credential = new Credential(CredentialKind.Bearer, (await app.LogIn(owner.Email, Ct)).AccessToken);
        var callers = app.Services.GetRequiredService<ICallers>();
        await IdentityApp.Hearing(app.Services, Ct);
        Caller? first = null;
        // Twice: news of the sign-in itself may still arrive during the first.
        await IdentityApp.Soon(
            async () => ReferenceEquals(first, first = await callers.Recognise(credential, owner.OrganisationId, Ct)), Ct);

        var before = GC.GetAllocatedBytesForCurrentThread();
        // Awaiting what is already there neither allocates nor leaves the thread.
        for (var i = 0; i < 1_000; i++)
            if (!ReferenceEquals(first, await callers.Recognise(credential, owner.OrganisationId, Ct))) Assert.Fail("Asked again.");
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 1_000, 0, 8);
    }

    [Fact]
    public void Memory_is_bounded_and_keeps_what_is_asked_for()
    {
        var recent = new Recent<int, string>(generation: 100);
        recent.Add(-1, "wanted");

        for (var i = 0; i < 10_000; i++)
        {
            recent.Add(i, "once");
            Assert.Equal("wanted", recent.Find(-1));
        }

        var kept = 0;
        recent.Each(_ => kept++);
        Assert.InRange(kept, 1, 202);
    }

    [Fact]
    public async Task An_organisation_of_which_one_is_no_member_remembers_them_as_a_customer_and_not_as_what_they_are_elsewhere()
    {
        var owner = await app.Owner(Ct);
        var email = await app.Account(Ct);
        var other = (await app.Installation.CreateOrganisation($"c-{Guid.NewGuid():n}", "Theatre", email, "nl", "NL", Ct)).Value;
        var credential = new Credential(CredentialKind.Bearer, (await app.LogIn(owner.Email, Ct)).AccessToken);
        var callers = app.Services.GetRequiredService<ICallers>();

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("owner", (await callers.Recognise(credential, owner.OrganisationId, Ct))?.Role);
            Assert.Equal("customer", (await callers.Recognise(credential, other, Ct))?.Role);
        }
    }
}
