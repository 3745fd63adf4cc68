using System.Net;

namespace Balie.Kernel.Tests.Http;

public sealed class IdempotencyTests(ModuleApp<ProbeModule> app) : IClassFixture<ModuleApp<ProbeModule>>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_request_again_gets_the_same_answer_and_no_second_effect()
    {
        var key = Guid.NewGuid();
        var first = await app.Http.Post("/api/v1/notes", new ProbeModule.Written("once"), Ct, key);
        var again = await app.Http.Post("/api/v1/notes", new ProbeModule.Written("once"), Ct, key);

        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(Ct), await again.Content.ReadAsStringAsync(Ct));
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
    }
}
