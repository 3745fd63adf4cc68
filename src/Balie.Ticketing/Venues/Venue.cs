using Balie.Ticketing.Slots;

namespace Balie.Ticketing.Venues;

/// <summary>A place where events happen. Its zone is the default of what takes place there.</summary>
internal sealed record Venue(
    Guid Id, string Name, string Street, string PostalCode, string City, string Country, string Zone, int Version) : IVersioned;

/// <summary>What creating and updating a venue both take.</summary>
internal sealed record VenueDetails(string Name, string Country, string Zone, string Street = "", string PostalCode = "", string City = "")
{
    internal Refusal? Wrong()
    {
        var found = new Findings();
        found.Name("name", Name, 200);
        found.Line("street", Street, 200);
        found.Line("postalCode", PostalCode, 20);
        found.Line("city", City, 100);
        var isCountry = Country.Length == 2 && Country.All(char.IsAsciiLetterUpper);
        found.Expect(isCountry, "country", "Must be two capital letters such as NL (ISO 3166).");
        found.Expect(LocalTimes.Knows(Zone), "zone", "Must be a time zone such as Europe/Amsterdam.");
        return found.Refusal;
    }
}
