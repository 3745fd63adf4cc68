using Balie.Contracts.Identity;
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

    /// <summary>The name over the page; a module that is tested alone has no Identity to ask.</summary>
    public static async ValueTask<string> NameOf(IServiceProvider services, Guid orgId, CancellationToken ct) =>
        services.GetService<IOrganisations>() is { } organisations && await organisations.See(orgId, ct) is { } facts
            ? facts.Name
            : "Balie";
}
