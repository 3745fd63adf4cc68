namespace Balie.Orders.Invoices;

/// <summary>A line as it stands in <c>orders.invoices.lines</c>; on a credit note the amount is negative.</summary>
internal sealed record InvoiceLine(string Type, string Title, string Detail, string Name, int Quantity, Money Amount, int VatBasisPoints);
