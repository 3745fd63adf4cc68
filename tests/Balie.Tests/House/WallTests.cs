using System.Reflection;

namespace Balie.Tests.House;

/// <summary>Every wall between modules, and beside it the proof that it would be seen broken: this assembly breaks them all.</summary>
public sealed class WallTests
{
    private static readonly Assembly Bad = typeof(WallTests).Assembly;
    private static readonly string[] Schemas = [.. Modules.All.Select(module => module.Name), "kernel"];

    public static TheoryData<string> ModuleNames => [.. Modules.All.Select(module => module.Name)];

    public static TheoryData<string> ProjectNames => [.. Checkout.Projects.Select(project => project.Name)];

    [Theory, MemberData(nameof(ModuleNames))]
    public void A_module_references_only_kernel_contracts_and_ui(string name) => Assert.Empty(Walls.ForeignReferences(AssemblyOf(name)));

    [Fact]
    public void A_reference_to_another_module_is_seen() =>
        Assert.Contains("Balie.Tests references Balie.Ticketing", Walls.ForeignReferences(Bad));

    [Theory, MemberData(nameof(ProjectNames))]
    public void A_project_file_references_only_what_its_kind_may(string name) =>
        Assert.Empty(Walls.ForeignProjectReferences(Checkout.Projects.Single(project => project.Name == name)));

    [Theory]
    [InlineData("Balie.Kernel", "Balie.Contracts")]
    [InlineData("Balie.Contracts", "Balie.Identity")]
    [InlineData("Balie.Ticketing", "Balie.Inventory")]
    [InlineData("Balie.Ticketing.Tests", "Balie.Identity")]
    [InlineData("Balie.Testing", "Balie.Contracts")]
    public void A_project_reference_through_a_wall_is_seen(string name, string through)
    {
        var project = Checkout.Read($"src/{name}/{name}.csproj",
            $"""<Project><ItemGroup><ProjectReference Include="../{through}/{through}.csproj" /></ItemGroup></Project>""");

        Assert.Equal([$"{name} references {through}"], Walls.ForeignProjectReferences(project));
    }

    [Theory, MemberData(nameof(ModuleNames))]
    public void A_module_shows_only_its_module_class_and_its_pages(string name) => Assert.Empty(Walls.ShownTypes(AssemblyOf(name)));

    [Fact]
    public void A_public_type_is_seen() => Assert.Contains("Balie.Tests.House.WallTests is public", Walls.ShownTypes(Bad));

    [Theory, MemberData(nameof(ModuleNames))]
    public void A_module_names_only_its_own_schema_in_sql(string name)
    {
        var texts = Walls.Literals(AssemblyOf(name)).Concat(MigrationScript.Of(name, AssemblyOf(name)).Select(script => script.Text));

        Assert.Empty(Walls.ForeignSchemas(name, texts, Schemas));
    }

    [Fact]
    public void Sql_of_another_modules_table_is_seen_in_an_assembly()
    {
        // Interpolated at run time, so that these are the texts this assembly holds.
        const string Theirs = "select name from identity.users where user_id = @id";

        Assert.Contains(Theirs, Walls.Literals(Bad));
        Assert.Equal(["ticketing says: from identity.users"], Walls.ForeignSchemas("ticketing", [Theirs], Schemas));
    }

    [Theory]
    [InlineData("update inventory.pools set capacity = 1")]
    [InlineData("insert into kernel.outbox (org_id) values (@orgId)")]
    [InlineData("delete from only identity.users where true")]
    [InlineData("select 1 from ticketing.events join identity.users using (org_id)")]
    [InlineData("create index sneaky on inventory.claims (holder)")]
    [InlineData("alter table kernel.mails add column x text")]
    [InlineData("venue_id uuid references inventory.pools")]
    [InlineData("drop schema identity cascade")]
    [InlineData("call identity.something('x')")]
    public void Sql_through_a_wall_is_seen_whatever_its_verb(string sql) =>
        Assert.NotEmpty(Walls.ForeignSchemas("ticketing", [sql], Schemas));

    [Theory]
    [InlineData("call kernel.protect('ticketing.venues')")]
    [InlineData("select kernel.refuse(w.request) from unnest(@request) as w (request)")]
    [InlineData("select * from ticketing.events")]
    public void Sql_of_ones_own_and_the_kernels_open_functions_are_fine(string sql) =>
        Assert.Empty(Walls.ForeignSchemas("ticketing", [sql], Schemas));

    [Theory, MemberData(nameof(ModuleNames))]
    public void Every_slice_with_a_route_is_listed_in_its_module_file(string name)
    {
        var assembly = AssemblyOf(name);

        Assert.Empty(Walls.Unlisted(assembly.GetTypes(), Walls.Contents(ModuleOf(name).GetType())));
    }

    [Fact]
    public void A_forgotten_slice_is_seen() => Assert.Equal(
        ["Balie.Tests.House.WallTests+Forgotten is not listed"],
        Walls.Unlisted([typeof(Forgotten), typeof(Listed)], Walls.Contents(typeof(TableOfContents))));

    [Fact]
    public void Every_refusal_is_named_after_its_module_in_snake_case()
    {
        Assert.Empty(Modules.All.SelectMany(module => Walls.Misnamed(module.Name, Walls.Refusals(module.GetType().Assembly))));
        Assert.Empty(Walls.Misnamed("kernel", Walls.Refusals(typeof(IModule).Assembly)));
        Assert.NotEmpty(Walls.Refusals(AssemblyOf("ticketing")));
    }

    [Theory]
    [InlineData("identity.sold_out")]
    [InlineData("ticketing.SoldOut")]
    [InlineData("ticketing.sold-out")]
    [InlineData("sold_out")]
    public void A_refusal_with_a_strange_name_is_seen(string code) =>
        Assert.NotEmpty(Walls.Misnamed("ticketing", [Refusal.Conflict(code, "No.")]));

    [Fact]
    public void Every_refusal_code_stands_once_in_the_whole_product()
    {
        string[] codes = [.. Everywhere.SelectMany(Walls.Refusals).Select(refusal => refusal.Code)];

        Assert.Empty(Walls.Twins("code", codes));
        Assert.Equal(["2 × code ticketing.sold_out"], Walls.Twins("code", [.. codes, "ticketing.sold_out"]));
    }

    [Fact]
    public void Every_message_has_a_dotted_name_of_its_own()
    {
        string[] kinds = [.. Everywhere.SelectMany(assembly => assembly.GetTypes())
            .Select(type => type.GetCustomAttribute<MessageAttribute>()?.Kind).OfType<string>()];

        Assert.Contains("event.published", kinds);
        Assert.Empty(Walls.Twins("message", kinds));
        Assert.Empty(Walls.Undotted(kinds));
        Assert.NotEmpty(Walls.Twins("message", [.. kinds, "event.published"]));
        Assert.Equal(["eventPublished", "Event.Published", "event."], Walls.Undotted(["eventPublished", "Event.Published", "event."]));
    }

    private static IEnumerable<Assembly> Everywhere =>
        [typeof(IModule).Assembly, typeof(Contracts.Ticketing.EventCreated).Assembly, .. Modules.Assemblies];

    private static IModule ModuleOf(string name) => Modules.All.Single(module => module.Name == name);

    private static Assembly AssemblyOf(string name) => ModuleOf(name).GetType().Assembly;

    private static class Listed
    {
        public static void Map()
        {
        }
    }

    private static class Forgotten
    {
        public static void Map()
        {
        }
    }

    private static class TableOfContents
    {
        public static void Map() => Listed.Map();
    }
}
