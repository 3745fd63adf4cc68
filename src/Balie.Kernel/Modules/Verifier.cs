using System.Data;
using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Balie.Kernel;

/// <summary>How one check ended. <paramref name="Violations"/> stops at <see cref="Verifier.MostViolations"/>.</summary>
public sealed record Verdict(string Module, string Check, IReadOnlyList<string> Violations, TimeSpan Took)
{
    public bool Holds => Violations.Count == 0;
}

/// <summary>
/// Computes every invariant of every module from the database, all in one snapshot, so that a check never sees half of somebody's
/// transaction and two checks never disagree. It reads only.
/// </summary>
public sealed class Verifier(Installation installation, Databases databases)
{
    public const int MostViolations = 20;
    private static readonly TimeSpan LongestCheck = TimeSpan.FromMinutes(10);

    /// <summary>
    /// All verdicts, in the order of the modules; <paramref name="each"/> hears them one by one, for whoever shows progress.
    /// </summary>
    public async Task<IReadOnlyList<Verdict>> Run(Action<Verdict>? each, CancellationToken ct)
    {
        await using var connection = await databases.System.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct);
        var limit = (long)LongestCheck.TotalMilliseconds;
        await Execute(connection, transaction, $"set transaction read only; set local statement_timeout = {limit}", ct);

        var verdicts = new List<Verdict>();
        foreach (var (module, check) in installation.Checks)
        {
            var started = Stopwatch.GetTimestamp();
            var violations = await Violations(connection, transaction, check, ct);
            verdicts.Add(new Verdict(module, check.Name, violations, Stopwatch.GetElapsedTime(started)));
            each?.Invoke(verdicts[^1]);
        }
        return verdicts;
    }

    private static async Task<IReadOnlyList<string>> Violations(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Check check, CancellationToken ct)
    {
        await transaction.SaveAsync("before_check", ct);
        try
        {
            var first = $"select * from (\n{check.Violations}\n) as violation limit {MostViolations}";
            await using var command = Command(connection, transaction, first);
            await using var reader = await command.ExecuteReaderAsync(ct);
            var found = new List<string>();
            while (await reader.ReadAsync(ct)) found.Add(reader.GetString(0));
            return found;
        }
        catch (DbException problem) when (connection.State == ConnectionState.Open)
        {
            // A check that cannot be made has not held.
            await transaction.RollbackAsync("before_check", ct);
            return [$"This check could not be made: {problem.Message}"];
        }
    }

    private static async Task Execute(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken ct)
    {
        await using var command = Command(connection, transaction, sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql) =>
        new(sql, connection, transaction) { CommandTimeout = (int)LongestCheck.TotalSeconds };
}
