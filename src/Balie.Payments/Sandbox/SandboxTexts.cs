using System.Collections.Frozen;

namespace Balie.Payments.Sandbox;

/// <summary>What the sandbox's page says, in Dutch or English.</summary>
internal sealed record SandboxTexts(
    string Title, string Lead, string Question, string Status, string Back, FrozenDictionary<string, string> Labels,
    FrozenDictionary<string, string> Statuses)
{
    /// <summary>Everything that can be made of a payment; the page shows those that make sense there.</summary>
    public static readonly FrozenSet<string> Outcomes = FrozenSet.ToFrozenSet(
        ["paid", "authorised", "failed", "cancelled", "expired", "pending", "slow", "charged_back", "chargeback_reversed"]);

    private static readonly SandboxTexts Dutch = new(
        "Proefbetaling", "Hier gaat geen echt geld om. Kies zelf wat de bank doet.", "Wat doet de bank?", "Stand",
        "Terug naar uw bestelling",
        new Dictionary<string, string>
        {
            ["paid"] = "Betaald",
            ["authorised"] = "Bedrag reserveren",
            ["failed"] = "Mislukt",
            ["cancelled"] = "Annuleren",
            ["expired"] = "Verlopen",
            ["pending"] = "In behandeling",
            ["slow"] = "Traag (10 s)",
        }.ToFrozenDictionary(),
        new Dictionary<string, string>
        {
            ["open"] = "open",
            ["pending"] = "in behandeling",
            ["authorised"] = "gereserveerd",
            ["paid"] = "betaald",
            ["failed"] = "mislukt",
            ["cancelled"] = "geannuleerd",
            ["expired"] = "verlopen",
            ["voided"] = "vrijgegeven",
            ["charged_back"] = "teruggeboekt",
        }.ToFrozenDictionary());

    private static readonly SandboxTexts English = new(
        "Trial payment", "No real money moves here. Choose what the bank does.", "What does the bank do?", "Status", "Back to your order",
        new Dictionary<string, string>
        {
            ["paid"] = "Paid",
            ["authorised"] = "Reserve the amount",
            ["failed"] = "Failed",
            ["cancelled"] = "Cancel",
            ["expired"] = "Expired",
            ["pending"] = "Pending",
            ["slow"] = "Slow (10 s)",
        }.ToFrozenDictionary(),
        new Dictionary<string, string> { ["charged_back"] = "charged back" }.ToFrozenDictionary());

    public static SandboxTexts In(string language) => language == "en" ? English : Dutch;

    public string LabelOf(string outcome) => Labels[outcome];

    public string StatusOf(string status) => Statuses.GetValueOrDefault(status, status);
}
