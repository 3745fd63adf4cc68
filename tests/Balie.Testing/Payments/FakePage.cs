using System.Net;

namespace Balie.Testing.Payments;

/// <summary>The page of a fake provider: a button for everything a buyer may do. A test may just as well post to it.</summary>
internal static class FakePage
{
    public static FakeAnswer Show(string provider, string payment, string amount) => new(200, Page: $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>{provider} (fake)</title></head>
        <body><h1>{provider}</h1><p>{WebUtility.HtmlEncode(payment)}: {WebUtility.HtmlEncode(amount)}</p>
        {string.Concat(Enum.GetNames<BuyerDoes>().Select(name =>
            $"<form method=\"post\" action=\"/checkout/{payment}/{name}\"><button>{name}</button></form>"))}
        </body></html>
        """);

    public static BuyerDoes? Read(string name) => Enum.TryParse<BuyerDoes>(name, ignoreCase: true, out var what) ? what : null;
}
