using Balie.Contracts.Identity;
using Balie.Ui;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Balie.Ticketing.Pages;

/// <summary>Somebody at one of our pages: who they are, what they read, and how they are answered.</summary>
internal sealed record Visit(HttpContext Http, Caller Caller, Db Db, [FromServices] IOrganisations? Organisations)
{
    public Reader Reader { get; } = Reader.Of(Http);

    public bool IsForm => HttpMethods.IsPost(Http.Request.Method);

    public string Say(string dutch, string english) => Reader.Say(dutch, english);

    public string Address(string path) => Parts.Address(Http, path);

    public async Task Answer(string title, Markup body, int status = StatusCodes.Status200OK)
    {
        var house = Organisations is null ? null : await Organisations.See(Caller.OrgId, Http.RequestAborted);
        await Sheet.Write(Http, status, new Letterhead(Reader, house?.Name ?? "Balie"), title, body);
    }

    /// <summary>
    /// Asks for the e-mail address that belongs to a number. One that does not match is answered like a number that does not exist.
    /// </summary>
    /// <param name="number">As people read it, where the link has one.</param>
    public async Task Ask(string title, string? number, string action, string see, string email, string wrong)
    {
        var field = new Field("email", "email", "email", Say("E-mailadres", "E-mail address"), email,
            Say("Waarop u onze mail kreeg", "Where you got our mail"), IsForm ? wrong : "");
        await Answer(title, $"""
            <h1>{title}</h1>
            {(number is null ? $"" : (Markup)$"<p class=\"number\">{number}</p>")}
            <p>{Say("Zo weten wij dat u het bent.", "That is how we know that it is you.")}</p>
            <form method="post" action="{Address(action)}">
            {field.Draw()}
            <button class="button">{see}</button>
            </form>
            """, IsForm ? StatusCodes.Status404NotFound : StatusCodes.Status200OK);
    }
}
