using Npgsql;

namespace Balie.Kernel;

/// <summary>
/// The connections of one role, and a few aside. Whoever is within a transaction and asks for a second connection, as memory does that has
/// to read what it forgot, gets one of those. Were it one of the same pool, transactions that hold all of them would wait for each other,
/// fail together and come back together.
/// </summary>
public sealed class Pool(NpgsqlDataSource source, NpgsqlDataSource aside)
{
    private static readonly AsyncLocal<Holding?> Here = new();

    private sealed class Holding(Pool pool, Holding? outer) : IDisposable
    {
        private bool _isOver;

        public bool Has(Pool wanted) => (pool == wanted && !Volatile.Read(ref _isOver)) || (outer?.Has(wanted) ?? false);

        // What a transaction began and left running goes its own way from here on.
        public void Dispose() => Volatile.Write(ref _isOver, true);
    }

    /// <summary>Only those that stand aside.</summary>
    public Pool Aside => new(aside, aside);

    public ValueTask<NpgsqlConnection> Open(CancellationToken ct) =>
        (Here.Value?.Has(this) ?? false ? aside : source).OpenConnectionAsync(ct);

    /// <summary>From here on, until it is disposed of, this flow of work holds a connection.</summary>
    public IDisposable Hold()
    {
        var holding = new Holding(this, Here.Value);
        Here.Value = holding;
        return holding;
    }
}
