using Balie.Contracts.Identity;
using Balie.Contracts.Payments;
using Balie.Payments.Attempts;
using Balie.Ui;

namespace Balie.Payments.Pages;

/// <summary>What the pages of this module show alike.</summary>
internal static class PaySheet
{
    /// <summary>What is paid for, and how much.</summary>
    public static Markup Facts(PayTexts texts, string description, string reference, Money amount, string? method)
    {
        Markup how = method is null ? $"" : (Markup)$"<div><dt>{texts.Method}</dt><dd>{method}</dd></div>";
        Markup what = description == reference ? $"{reference}" : (Markup)$"{description} <span class=\"ref\">{reference}</span>";
        return $"""
            <dl class="facts">
            <div class="what"><dt>{texts.Order}</dt><dd>{what}</dd></div>
            {how}
            <div class="sum"><dt>{texts.Amount}</dt><dd>{texts.Of(amount)}</dd></div>
            </dl>
            """;
    }

    /// <summary>The name over the page.</summary>
    public static async ValueTask<string> NameOf(IServiceProvider services, Guid orgId, CancellationToken ct) =>
        (await OrganisationOf(services, orgId, ct))?.Name ?? "Balie";

    /// <summary>On to what was paid for, where there is somebody who sold it.</summary>
    /// <param name="isPayer">Who reads this has just paid it: they need not say who they are once more.</param>
    public static async ValueTask<Markup> ToOrder(
        IServiceProvider services, Guid orgId, PayTexts texts, Attempt attempt, bool isPayer, CancellationToken ct)
    {
        if (services.GetService<IPayables>() is not { } payables) return $"";
        var slug = (await OrganisationOf(services, orgId, ct))?.Slug;
        var address = LinkedOrganisation.Within($"/orders/{Uri.EscapeDataString(attempt.OrderReference)}", slug);
        return !isPayer ? Parts.Link(texts.ToOrder, address, isQuiet: true) : (Markup)$"""
            <form method="post" action="{address}">
            {Parts.Hidden(IPayables.PassField, payables.PassTo(orgId, attempt.OrderId))}
            <button class="button">{texts.ToOrder}</button>
            </form>
            """;
    }

    // A module that is tested alone has no Identity to ask.
    private static async ValueTask<OrganisationFacts?> OrganisationOf(IServiceProvider services, Guid orgId, CancellationToken ct) =>
        services.GetService<IOrganisations>() is { } organisations ? await organisations.See(orgId, ct) : null;
}
