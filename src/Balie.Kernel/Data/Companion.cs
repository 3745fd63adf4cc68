using Npgsql;
using NpgsqlTypes;

namespace Balie.Kernel;

/// <summary>When a companion statement runs within the transaction it accompanies.</summary>
public enum CompanionPhase
{
    /// <summary>Before units are claimed: reads, and returns the requests it refuses through <c>kernel.refuse(request)</c>.</summary>
    Check,

    /// <summary>After units are claimed, before any effect: inserts a key, and refuses whoever comes second in the same way.</summary>
    Key,

    /// <summary>
    /// The rows that tell of the claim; skips refused requests with <c>where request &lt;&gt; all (kernel.refused())</c>.
    /// </summary>
    Effect,
}

/// <summary>
/// A statement that an asker brings along into somebody else's transaction, over the rows of many requests at once. It reads them from
/// <c>rows</c>: a column <c>request</c>, the number of each row's request within the batch, and the columns that it declares.
/// </summary>
public abstract class Companion(string name, CompanionPhase phase, string sql)
{
    /// <summary>Names the statement in a refusal and in logs.</summary>
    public string Name { get; } = name;
    public CompanionPhase Phase { get; } = phase;

    /// <summary>The statement over these rows; the rows are of this companion's own row type.</summary>
    public NpgsqlBatchCommand Over(IReadOnlyList<(int Request, object Row)> rows)
    {
        var command = new NpgsqlBatchCommand(sql);
        var requests = new int[rows.Count];
        for (var i = 0; i < requests.Length; i++) requests[i] = rows[i].Request;
        command.Parameters.Add(new NpgsqlParameter<int[]>("request", NpgsqlDbType.Array | NpgsqlDbType.Integer) { TypedValue = requests });
        Bind(command, rows);
        return command;
    }

    protected abstract void Bind(NpgsqlBatchCommand command, IReadOnlyList<(int Request, object Row)> rows);
}

/// <summary>A companion statement over rows of one type.</summary>
public sealed class Companion<TRow>(string name, CompanionPhase phase, string sql, params Column<TRow>[] columns)
    : Companion(name, phase, WithRows(sql, columns))
    where TRow : class
{
    /// <summary>One row for one request.</summary>
    public CompanionRow Row(TRow row) => new(this, row);

    protected override void Bind(NpgsqlBatchCommand command, IReadOnlyList<(int Request, object Row)> rows)
    {
        foreach (var column in columns) command.Parameters.Add(column.Over(rows));
    }

    // Every column travels as an array. To take the values out one by one costs PostgreSQL half of what unnest does, which keeps each of
    // its arrays as a table of its own.
    private static string WithRows(string sql, Column<TRow>[] columns)
    {
        const string With = "with ";
        var values = string.Join(", ", columns.Select(column => $"(@{column.Name})[i] as {column.Name}"));
        var rows = $"""
            rows as not materialized (
                select (@request)[i] as request, {values}
                from generate_series(1, cardinality(@request)) as i
            )
            """;
        return sql.StartsWith(With, StringComparison.Ordinal) ? $"{With}{rows}, {sql[With.Length..]}" : $"{With}{rows}\n{sql}";
    }
}

/// <summary>A row of a companion statement.</summary>
public readonly record struct CompanionRow(Companion Companion, object Row);

/// <summary>One column of a companion's rows: where its values come from and what PostgreSQL calls them.</summary>
public abstract class Column<TRow>(string name)
{
    public string Name { get; } = name;

    public abstract NpgsqlParameter Over(IReadOnlyList<(int Request, object Row)> rows);

    public static Column<TRow> Of<T>(string name, NpgsqlDbType type, Func<TRow, T> value) => new Typed<T>(name, type, value);

    private sealed class Typed<T>(string name, NpgsqlDbType type, Func<TRow, T> value) : Column<TRow>(name)
    {
        public override NpgsqlParameter Over(IReadOnlyList<(int Request, object Row)> rows)
        {
            var values = new T[rows.Count];
            for (var i = 0; i < values.Length; i++) values[i] = value((TRow)rows[i].Row);
            return new NpgsqlParameter<T[]>(Name, NpgsqlDbType.Array | type) { TypedValue = values };
        }
    }
}
