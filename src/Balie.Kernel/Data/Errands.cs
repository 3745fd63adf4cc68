using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;

namespace Balie.Kernel;

/// <summary>
/// Statements of a transaction whose answer nobody waits for. They travel in front of the next one that somebody does wait for, in the
/// order in which they were given, in the same round trip.
/// </summary>
internal sealed partial class Errands
{
    private readonly List<(string Sql, object? Args)> _waiting = [];

    public int Count => _waiting.Count;

    /// <summary>How many times those that waited were sent.</summary>
    public int Sent { get; private set; }

    public void Add(string sql, object? args) => _waiting.Add((sql, args));

    /// <summary>Forgets those from the one at <paramref name="first"/> on.</summary>
    public void Forget(int first) => _waiting.RemoveRange(first, _waiting.Count - first);

    /// <summary>Moves all that waits into <paramref name="batch"/>, in front of what will be added to it.</summary>
    public void MoveInto(NpgsqlBatch batch, Guid orgId)
    {
        foreach (var (sql, args) in _waiting) Fill(batch, sql, args, orgId);
        _waiting.Clear();
        Sent++;
    }

    /// <summary>Adds a statement, or several with semicolons between them.</summary>
    /// <returns>How many they are.</returns>
    public static int Fill(NpgsqlBatch batch, string sql, object? args, Guid orgId)
    {
        var statements = Statement.Of(sql, args?.GetType());
        foreach (var statement in statements) batch.BatchCommands.Add(statement.With(args, orgId));
        return statements.Length;
    }

    /// <summary>One statement, and where its parameters come from.</summary>
    private sealed partial class Statement(string text, PropertyInfo[] parameters)
    {
        private const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase;

        // As many as there are statements in the program.
        private static readonly ConcurrentDictionary<(string Sql, Type? Args), Statement[]> Known = new();

        public static Statement[] Of(string sql, Type? args) => Known.GetOrAdd((sql, args), static asked =>
        [
            .. asked.Sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text =>
                new Statement(text, [.. Names().Matches(text).Select(name => name.Groups[1].Value)
                    .Select(name => asked.Args?.GetProperty(name, Public)).OfType<PropertyInfo>().Distinct()])),
        ]);

        public NpgsqlBatchCommand With(object? args, Guid orgId)
        {
            var command = new NpgsqlBatchCommand(text);
            command.Parameters.Add(new NpgsqlParameter<Guid>("orgId", orgId));
            foreach (var parameter in parameters) command.Parameters.Add(Parameter(parameter, parameter.GetValue(args)));
            return command;
        }

        // As Dapper gives them: moments in UTC, and what is null with its type, so that one statement is prepared once.
        private static NpgsqlParameter Parameter(PropertyInfo property, object? value)
        {
            var parameter = new NpgsqlParameter
            {
                ParameterName = property.Name,
                Value = value is DateTimeOffset moment ? moment.ToUniversalTime() : value ?? DBNull.Value,
            };
            if (value is null && TypeOf(property.PropertyType) is { } type) parameter.NpgsqlDbType = type;
            return parameter;
        }

        private static NpgsqlDbType? TypeOf(Type type)
        {
            var bare = Nullable.GetUnderlyingType(type) ?? type;
            return bare == typeof(string) ? NpgsqlDbType.Text
                : bare == typeof(Guid) ? NpgsqlDbType.Uuid
                : bare == typeof(long) ? NpgsqlDbType.Bigint
                : bare == typeof(int) ? NpgsqlDbType.Integer
                : bare == typeof(bool) ? NpgsqlDbType.Boolean
                : bare == typeof(DateTimeOffset) ? NpgsqlDbType.TimestampTz
                : null;
        }

        [GeneratedRegex(@"(?<![\w@])@(\w+)")]
        private static partial Regex Names();
    }
}
