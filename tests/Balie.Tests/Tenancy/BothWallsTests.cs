namespace Balie.Tests.Tenancy;

/// <summary>Every route with another organisation's ids, at the product as it is.</summary>
public sealed class ForeignIdTests(TwoEstates estates) : ForeignIds(estates), IClassFixture<TwoEstates>;

/// <summary>Everything that can be read, searched for another organisation's words, at the product as it is.</summary>
public sealed class ForeignRowTests(TwoEstates estates) : ForeignRows(estates), IClassFixture<TwoEstates>;
