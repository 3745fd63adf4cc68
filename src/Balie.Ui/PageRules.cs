using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace Balie.Ui;

/// <summary>The words with which the routes of a page for visitors end.</summary>
public static class PageRules
{
    private const string FormType = "application/x-www-form-urlencoded";

    /// <summary>For everyone with the link, counted as guests are; it says no in words, in the reader's language.</summary>
    public static TBuilder Page<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.Public().ShownInBrowser(RefusalPage.Write).ExcludeFromDescription();

    /// <summary>What a form of such a page is sent to.</summary>
    public static TBuilder FormOfPage<TBuilder>(this TBuilder route) where TBuilder : IEndpointConventionBuilder =>
        route.Page().WithMetadata(new AcceptsMetadata([FormType]));
}
