using System.Globalization;
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;

namespace Balie.Bench;

/// <summary>
/// The baseline: how everybody else does it. One row with a counter, locked by every buyer in turn, and a booking row, in one transaction
/// from 32 clients with prepared statements and no HTTP at all, on the very server that Balie uses.
/// </summary>
internal static partial class RowLock
{
    private const int Clients = 32;

    private const string Script = """
        \set buyer random(1, 1000000)
        begin;
        update bench.pool set sold = sold + 1 where pool_id = 1 and sold < capacity;
        insert into bench.booking (pool_id, buyer) values (1, :buyer);
        commit;
        """;

    private const string Prepare = """
        create schema if not exists bench;
        create table if not exists bench.pool (pool_id integer primary key, sold integer not null, capacity integer not null);
        create table if not exists bench.booking (
            booking_id bigint generated always as identity primary key, pool_id integer not null, buyer integer not null,
            at timestamptz not null default now());
        insert into bench.pool values (1, 0, 100000000) on conflict do nothing;
        """;

    /// <returns>Transactions per second.</returns>
    public static async Task<double> Run(string connectionString, TimeSpan duration)
    {
        await using (var connection = new NpgsqlConnection(connectionString))
            await connection.ExecuteAsync(Prepare);

        var where = new NpgsqlConnectionStringBuilder(connectionString);
        var script = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(script, Script);
            var program = Path.Combine(Environment.GetEnvironmentVariable("BALIE_TEST_PGBIN") ?? "", "pgbench");
            var output = await Shell.Run(File.Exists(program) ? program : "pgbench",
            [
                "--host", where.Host ?? "", "--username", where.Username ?? "", "--no-vacuum", "--protocol", "prepared",
                "--client", Clients.ToString(CultureInfo.InvariantCulture), "--jobs", "2",
                "--time", ((int)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture), "--file", script, where.Database ?? "",
            ]);
            return double.Parse(Tps().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(script);
        }
    }

    [GeneratedRegex(@"tps = ([0-9.]+) \(without")]
    private static partial Regex Tps();
}
