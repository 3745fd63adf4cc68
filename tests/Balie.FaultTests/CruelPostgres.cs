namespace Balie.FaultTests;

/// <summary>
/// The PostgreSQL to which the tests below are cruel, one after another. Each makes a database of its own on it, and leaves the server
/// running.
/// </summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class CruelPostgres : ICollectionFixture<PrivatePostgres>;
