using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Balie.Kernel;

/// <summary>Forgets the answers under an <c>Idempotency-Key</c> after the time that policies promise.</summary>
internal static class DeleteOldAnswers
{
    public static Task Run(SystemDb db, IServiceProvider services, CancellationToken ct)
    {
        var kept = services.GetRequiredService<IOptions<Policies>>().Value.IdempotencyKept;
        return Sweep.InBatches(db, Delete, new { before = db.Everywhere.Now - kept, Sweep.Batch }, ct);
    }

    private const string Delete = """
        delete from kernel.idempotency
        where ctid = any(array(
            select ctid
            from kernel.idempotency
            where created_at < @before
            order by created_at
            limit @Batch))
        """;
}
