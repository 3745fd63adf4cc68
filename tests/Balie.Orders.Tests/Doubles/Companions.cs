using Npgsql;

namespace Balie.Orders.Tests.Doubles;

/// <summary>Runs companion rows as the sequencer does: checks, keys, effects, in one transaction that a refusal rolls back.</summary>
internal static class Companions
{
    /// <returns>The name of the companion that refused, or null when all is committed.</returns>
    public static async Task<string?> Commit(
        Databases databases, IReadOnlyList<CompanionRow> rows, Func<NpgsqlConnection, Task<bool>> claim, CancellationToken ct)
    {
        await using var connection = await databases.System.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        if (!await claim(connection)) return "claim";
        foreach (var companion in rows.GroupBy(row => row.Companion).OrderBy(group => group.Key.Phase))
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.BatchCommands.Add(companion.Key.Over([.. companion.Select(row => (0, row.Row))]));
            await batch.ExecuteNonQueryAsync(ct);
            await using var refused = new NpgsqlCommand("select cardinality(kernel.refused())", connection, transaction);
            if (await refused.ExecuteScalarAsync(ct) is > 0) return companion.Key.Name;
        }
        await transaction.CommitAsync(ct);
        return null;
    }
}
