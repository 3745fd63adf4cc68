using Microsoft.AspNetCore.Http;

namespace Balie.Ui;

/// <summary>A thing to fill in.</summary>
/// <param name="Name">As the form sends it.</param>
/// <param name="Type">Of the input: text or email.</param>
/// <param name="Fills">What a browser may fill in by itself: name, email.</param>
/// <param name="Problem">What is wrong with it; the field is then where typing begins.</param>
public sealed record Field(string Name, string Type, string Fills, string Label, string Value = "", string Hint = "", string Problem = "")
{
    private const int LongestAddress = 254;

    /// <summary>It is shown and sent, and cannot be changed.</summary>
    public bool IsFixed { get; init; }

    public int Longest { get; init; } = LongestAddress;

    public Markup Draw() => $"""
        <p class="field"><label for="{Name}">{Label}</label>{Said("hint", Hint)}
        <input id="{Name}" name="{Name}" type="{Type}" autocomplete="{Fills}" maxlength="{Longest}" value="{Value}"{Described}{State}>
        {Said("problem", Problem)}</p>
        """;

    private Markup Said(string kind, string words) =>
        words.Length == 0 ? $"" : (Markup)$"""<span class="{kind}" id="{Name}-{kind}">{words}</span>""";

    private Markup Described => (Hint.Length, Problem.Length) switch
    {
        (0, 0) => $"",
        (_, 0) => $""" aria-describedby="{Name}-hint" """,
        (0, _) => $""" aria-describedby="{Name}-problem" """,
        _ => $""" aria-describedby="{Name}-hint {Name}-problem" """,
    };

    private Markup State => $"{(IsFixed ? " readonly" : " required")}{(Problem.Length > 0 ? Wrong : $"")}";

    private static Markup Wrong => $""" aria-invalid="true" autofocus""";
}

/// <summary>The smaller parts of which pages are made.</summary>
public static class Parts
{
    /// <summary>This page's own address, or another of ours, for the same organisation.</summary>
    public static string Address(HttpContext http, string path) => LinkedOrganisation.Within(path, LinkedOrganisation.Of(http));

    public static Markup Hidden(string name, string value) => $"""<input type="hidden" name="{name}" value="{value}">""";

    /// <summary>A button of a form that says which of several things to do.</summary>
    public static Markup Button(string label, string name, string value, bool isQuiet = true) =>
        $"""<button class="button{(isQuiet ? " quiet" : "")}" name="{name}" value="{value}">{label}</button>""";

    public static Markup Link(string label, string address, bool isQuiet = false) =>
        $"""<a class="button{(isQuiet ? " quiet" : "")}" href="{address}">{label}</a>""";

    /// <summary>What is called what; what is empty is left out.</summary>
    public static Markup Facts(params IEnumerable<(string Label, string Value)> rows) => $"""
        <dl class="facts">
        {rows.Where(row => row.Value.Length > 0).Select(row => (Markup)$"<div><dt>{row.Label}</dt><dd>{row.Value}</dd></div>")}
        </dl>
        """;
}
