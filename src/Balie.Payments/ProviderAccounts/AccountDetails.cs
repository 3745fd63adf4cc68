using System.Text.Json;
using Balie.Payments.Providers;
using Balie.Payments.Sandbox;
using static Balie.Payments.PaymentsRefusals;

namespace Balie.Payments.ProviderAccounts;

/// <summary>What staff say of an account.</summary>
/// <param name="Settings">Keys and secrets as the provider's adapter documents them; left out in an edit, they stay.</param>
/// <param name="Methods">In the order in which buyers see them; left out, the provider's usual ones.</param>
internal sealed record AccountDetails(
    string Name, bool IsLive, bool IsEnabled = true, int Position = 0, JsonElement? Settings = null,
    IReadOnlyList<PaymentMethod>? Methods = null)
{
    private const int LongestName = 100;
    private const int LargestPosition = 1_000;
    private const int LargestSettingsBytes = 16_000;

    public Refusal? Wrong(IPaymentProvider provider, bool isNew)
    {
        if (IsLive && provider.Name == SandboxProvider.ProviderName) return SandboxIsNotLive;
        var problems = new List<FieldError>();
        if (Name.Trim().Length is 0 or > LongestName) problems.Add(new FieldError("name", $"1 to {LongestName} characters."));
        if (Position is < 0 or > LargestPosition) problems.Add(new FieldError("position", $"0 to {LargestPosition}."));
        if (Settings is { } settings)
        {
            if (settings.GetRawText().Length > LargestSettingsBytes) problems.Add(new FieldError("settings", "Too long."));
            if (!IsText(settings)) return KernelRefusals.Malformed.At("settings", "These hold broken text or control characters.");
            problems.AddRange(provider.Problems(settings).Select(
                problem => problem with { Field = problem.Field.Length > 0 ? $"settings.{problem.Field}" : "settings" }));
        }
        else if (isNew)
        {
            problems.Add(new FieldError("settings", "Give the provider's settings."));
        }
        if (Methods is not null) problems.AddRange(ProviderAccounts.Methods.Problems(Methods));
        return problems.Count == 0 ? null : SettingsWrong with { Errors = problems };
    }

    // What is bound to a type is looked at on its way in; settings have none, so a lone surrogate would come as far as the adapter.
    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(member => Json.Clean(member.Name) is not null && IsText(member.Value)),
                JsonValueKind.Array => value.EnumerateArray().All(IsText),
                JsonValueKind.String => Json.Clean(value.GetString() ?? "") is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException) { return false; }
    }
}
