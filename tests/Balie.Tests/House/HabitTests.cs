namespace Balie.Tests.House;

/// <summary>Habits over all sources, each beside a text that breaks it.</summary>
public sealed class HabitTests
{
    /// <summary>Where another clock than the transaction's is right, and why.</summary>
    private static readonly Dictionary<string, string> OwnClock = new()
    {
        ["src/Balie.Kernel/Data/Migrator.cs"] =
            "When a migration ran is the operator's bookkeeping, written before there is anything else.",
    };

    // What a schema became is generated; its migrations are the source.
    private static readonly TextFile[] Sources =
        [.. Checkout.Files("src", ".cs", ".sql", ".razor").Where(file => Path.GetFileName(file.Path) != "schema.sql")];

    [Fact]
    public void Nobody_reads_a_clock_or_makes_an_id_but_the_transaction() =>
        Assert.Empty(Sources.Where(file => !OwnClock.ContainsKey(file.Path)).SelectMany(Habits.ForeignClocks));

    [Fact]
    public void Every_exception_for_a_clock_is_still_needed() =>
        Assert.All(OwnClock.Keys, path => Assert.NotEmpty(Habits.ForeignClocks(Sources.Single(file => file.Path == path))));

    [Theory]
    [InlineData("var now = DateTimeOffset.UtcNow;")]
    [InlineData("var now = DateTime.Now;")]
    [InlineData("var id = Guid.NewGuid();")]
    [InlineData("created_at timestamptz not null default now(),")]
    [InlineData("where expires_at < current_timestamp")]
    public void A_foreign_clock_is_seen(string line) =>
        Assert.Single(Habits.ForeignClocks(new TextFile("bad.cs", $"// DateTime.Now is talked of here\n{line}\n")));

    [Fact]
    public void No_source_is_longer_than_four_hundred_lines() =>
        Assert.Empty(Sources.SelectMany(Habits.TooLong));

    [Fact]
    public void A_long_file_is_seen()
    {
        Assert.Empty(Habits.TooLong(new TextFile("good.cs", string.Concat(Enumerable.Repeat("x\n", Habits.LongestFile)))));
        Assert.NotEmpty(Habits.TooLong(new TextFile("bad.cs", string.Concat(Enumerable.Repeat("x\n", Habits.LongestFile + 1)))));
    }

    [Fact]
    public void No_line_is_longer_than_a_hundred_and_forty_characters() =>
        Assert.Empty(Checkout.Files("src", ".cs").Concat(Checkout.Files("tests", ".cs")).SelectMany(Habits.LongLines));

    [Fact]
    public void A_long_line_is_seen()
    {
        Assert.Empty(Habits.LongLines(new TextFile("good.cs", $"{new string('x', Habits.LongestLine)}\n")));
        Assert.Equal(
            [$"bad.cs:2 has {Habits.LongestLine + 1} characters"],
            Habits.LongLines(new TextFile("bad.cs", $"short\n{new string('x', Habits.LongestLine + 1)}\n")));
    }

    [Fact]
    public void Refusals_stand_in_their_modules_list()
    {
        Assert.Empty(Sources.SelectMany(Habits.ScatteredRefusals));
        Assert.Single(Habits.ScatteredRefusals(new TextFile("src/Balie.X/DoIt.cs", """return Refusal.Conflict("x.no", "No.");""")));
        Assert.Single(Habits.ScatteredRefusals(new TextFile("src/Balie.X/DoIt.cs", """return new Refusal("x.no", 418, "No", "No.");""")));
    }

    [Fact]
    public void Whoever_reads_our_dutch_is_addressed_with_u()
    {
        Assert.Empty(Sources.SelectMany(Habits.Familiar));
        Assert.Equal(
            ["bad.cs:2 Je", "bad.cs:2 jouw"],
            Habits.Familiar(new TextFile("bad.cs", "Uw jeugd, objecten en jenever.\nJe bank geeft jouw geld terug.\n")));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("ARCHITECTURE.md")]
    [InlineData("CHANGELOG.md")]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("LICENSE")]
    public void What_a_stranger_looks_for_first_is_there(string name) =>
        Assert.True(new FileInfo(Path.Combine(Checkout.Root, name)) is { Exists: true, Length: > 200 });

    [Fact]
    public void Every_project_pins_its_packages() =>
        Assert.All(Checkout.Projects, project =>
            Assert.True(File.Exists(Path.Combine(Checkout.Root, project.Folder, "packages.lock.json")), project.Name));
}
